import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { text } from '../../core/view.ts'

export const tokenRevoke = defineCommand({
  name: 'organization api-token revoke',
  summary: 'Revoke a token at once',
  options: {
    id: { type: 'string', required: true, help: 'id of the token' },
  },

  async run(session, { id }) {
    await confirm(session, `Revoke the token ${id}?`)
    const client = await session.client()
    await client.apiTokens.revoke({ id })
    return { revoked: id }
  },

  view: ({ revoked }) => [text(`revoked ${revoked}`)],
})
