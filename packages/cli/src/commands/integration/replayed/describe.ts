import { defineCommand } from '../../../core/command.ts'
import { replayView } from '../replay-view.ts'
import { watchReplay } from '../watch-replay.ts'

export const replayedDescribe = defineCommand({
  name: 'integration replayed describe',
  summary: 'Show how far a replay is',
  options: {
    id: { type: 'string', required: true, help: 'id of the replay' },
    wait: { type: 'boolean', help: 'until everything was delivered or given up' },
  },

  async run(session, { id, wait }) {
    const client = await session.client()
    const { toReplay } = await import('@chainloop/sdk/model/fan-out')
    const replay = toReplay((await client.deliveries.describeReplay({ id })).replay)
    return wait === true ? watchReplay(session, replay) : replay
  },

  view: replayView,
})
