import { defineCommand } from '../../../core/command.ts'
import { statusView } from '../status-view.ts'

export const registeredPause = defineCommand({
  name: 'integration registered pause',
  summary: 'Hold back what would be delivered to a registration',
  options: {
    name: { type: 'string', required: true, help: 'name of the registration' },
    reason: { type: 'string', help: 'why, for whoever looks at the status' },
  },

  async run(session, { name, reason }) {
    const client = await session.client()
    const { toFanOutStatus } = await import('@chainloop/sdk/model/fan-out')
    const { status } = await client.deliveries.pause({
      integrationName: name,
      reason: reason ?? '',
    })
    return toFanOutStatus(status)
  },

  view: (one) => statusView([one]),
})
