import { defineCommand } from '../../../core/command.ts'
import { table } from '../../../core/view.ts'

export const replayedList = defineCommand({
  name: 'integration replayed list',
  summary: 'List replays, newest first',
  options: {},

  async run(session) {
    const client = await session.client()
    const { toReplay } = await import('@chainloop/sdk/model/fan-out')
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const found = await allPages(
      (pagination) => client.deliveries.listReplays({ pagination }),
      ({ replays }) => replays,
    )
    return { replays: found.map(toReplay) }
  },

  view: ({ replays }) => [
    table(
      ['id', 'integration', 'workflow', 'state', 'delivered', 'failed', 'of', 'created'],
      replays.map((one) => [
        one.id,
        one.integration,
        `${one.project}/${one.workflow}`,
        one.state,
        one.delivered,
        one.failed,
        one.total,
        one.createdAt,
      ]),
      { empty: 'nothing was replayed yet' },
    ),
  ],
})
