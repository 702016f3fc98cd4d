import { defineCommand } from '../../core/command.ts'
import { table } from '../../core/view.ts'

export const casRetentionList = defineCommand({
  name: 'cas retention list',
  summary: 'List the projects with a retention of their own',
  options: {},

  async run(session) {
    const client = await session.client()
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const { toRetention } = await import('@chainloop/sdk/model/storage-task')
    const retention = await allPages(
      (pagination) => client.storage.listRetention({ pagination }),
      (page) => page.retention,
    )
    return { retention: retention.map(toRetention) }
  },

  view: ({ retention }) => [
    table(
      ['project', 'keeps', 'legal hold', 'changed'],
      retention.map((one) => [
        one.project,
        one.keepDays === 0 ? 'for ever' : `${one.keepDays} days`,
        one.legalHold ? 'yes' : 'no',
        one.updatedAt,
      ]),
      { empty: 'every project keeps everything that may be read' },
    ),
  ],
})
