import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { keepSession } from '../../core/signed-in.ts'
import { text } from '../../core/view.ts'

export const authDeleteAccount = defineCommand({
  name: 'auth delete-account',
  summary: 'Delete your account, with all your sessions and memberships',
  options: {},

  async run(session) {
    await confirm(session, 'Delete your account? This cannot be undone.')
    const client = await session.client()
    await client.account.deleteAccount({})
    await keepSession(session.settings.configPath, undefined)
    return { deleted: true }
  },

  view: () => [text('your account is deleted')],
})
