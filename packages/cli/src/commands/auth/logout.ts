import { defineCommand } from '../../core/command.ts'
import { Refused } from '../../core/exit.ts'
import { keepSession } from '../../core/signed-in.ts'
import { text } from '../../core/view.ts'

export const authLogout = defineCommand({
  name: 'auth logout',
  summary: 'End the session, here and on the server',
  options: {},

  async run(session) {
    const { refreshToken, configPath } = session.settings
    if (refreshToken === undefined) {
      throw new Refused('you are not signed in with a session', 'API tokens are revoked instead')
    }
    const { endSession } = await import('@chainloop/sdk/sign-in/session-tokens')
    const client = await session.client({ anonymous: true })
    await endSession(client, refreshToken)
    await keepSession(configPath, undefined)
    return { signedOut: true }
  },

  view: () => [text('signed out')],
})
