import { defineCommand } from '../../core/command.ts'
import { table } from '../../core/view.ts'
import { limitOf, roleOf } from './view.ts'

export const casBackendList = defineCommand({
  name: 'cas-backend list',
  summary: 'List where artifacts are stored',
  options: {
    full: { type: 'boolean', help: 'with location and times' },
  },

  async run(session) {
    const client = await session.client()
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const { toCasBackend } = await import('@chainloop/sdk/model/cas-backend')
    const result = await allPages(
      (pagination) => client.casBackends.list({ pagination }),
      (page) => page.result,
    )
    return { backends: result.map(toCasBackend) }
  },

  view: ({ backends }, { full = false }) => [
    table(
      [
        'name',
        'provider',
        'used as',
        'limit',
        'status',
        'description',
        'created',
        ...(full ? ['location', 'checked'] : []),
      ],
      backends.map((one) => [
        one.name,
        one.provider,
        roleOf(one),
        limitOf(one),
        one.problem === '' ? one.status : `${one.status}: ${one.problem}`,
        one.description,
        one.createdAt,
        ...(full ? [one.location, one.validatedAt] : []),
      ]),
      { empty: 'there is no storage' },
    ),
  ],
})
