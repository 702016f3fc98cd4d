import { defineCommand } from '../../../core/command.ts'
import { confirm } from '../../../core/confirm.ts'
import { replayView } from '../replay-view.ts'

export const replayedCancel = defineCommand({
  name: 'integration replayed cancel',
  summary: 'Send no more of a replay',
  options: {
    id: { type: 'string', required: true, help: 'id of the replay' },
  },

  async run(session, { id }) {
    await confirm(session, `Cancel the replay ${id}?`)
    const client = await session.client()
    const { toReplay } = await import('@chainloop/sdk/model/fan-out')
    return toReplay((await client.deliveries.cancelReplay({ id })).replay)
  },

  view: replayView,
})
