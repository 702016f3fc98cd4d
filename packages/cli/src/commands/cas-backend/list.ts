import { defineCommand } from '../../core/command.ts'
import { table } from '../../core/view.ts'

export const casBackendList = defineCommand({
  name: 'cas-backend list',
  summary: 'List where artifacts are stored',
  options: {},

  async run(session) {
    const client = await session.client()
    const { toCasBackend } = await import('@chainloop/sdk/model/cas-backend')
    const { result } = await client.casBackends.list({})
    return { backends: result.map(toCasBackend) }
  },

  view: ({ backends }) => [
    table(
      ['name', 'provider', 'default', 'limit', 'status', 'description', 'created'],
      backends.map((one) => [
        one.name,
        one.provider,
        one.default,
        one.maxBytes === 0 ? 'none' : `${one.maxBytes} bytes`,
        one.problem === '' ? one.status : `${one.status}: ${one.problem}`,
        one.description,
        one.createdAt,
      ]),
      { empty: 'there is no storage' },
    ),
  ],
})
