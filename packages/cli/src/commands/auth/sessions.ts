import { defineCommand } from '../../core/command.ts'
import { table, text } from '../../core/view.ts'

export const authSessionList = defineCommand({
  name: 'auth session list',
  summary: 'List where you are signed in',
  options: {},

  async run(session) {
    const client = await session.client()
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const { toSession } = await import('@chainloop/sdk/model/people')
    const sessions = await allPages(
      (pagination) => client.sessions.list({ pagination }),
      (page) => page.sessions,
    )
    return { sessions: sessions.map(toSession) }
  },

  view: ({ sessions }) => [
    table(
      ['client', 'this one', 'since', 'last used', 'expires', 'id'],
      sessions.map((one) => [
        one.client,
        one.current,
        one.createdAt,
        one.lastUsedAt,
        one.expiresAt,
        one.id,
      ]),
      { empty: 'you are signed in nowhere' },
    ),
  ],
})

export const authSessionRevoke = defineCommand({
  name: 'auth session revoke',
  summary: 'End one of your sessions',
  options: {
    id: { type: 'string', required: true, help: 'id of the session' },
  },

  async run(session, { id }) {
    const client = await session.client()
    await client.sessions.revoke({ id })
    return { revoked: id }
  },

  view: ({ revoked }) => [text(`ended ${revoked}`)],
})
