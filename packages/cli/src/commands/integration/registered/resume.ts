import { defineCommand } from '../../../core/command.ts'
import { statusView } from '../status-view.ts'

export const registeredResume = defineCommand({
  name: 'integration registered resume',
  summary: 'Deliver to a registration again, and what was held back',
  options: {
    name: { type: 'string', required: true, help: 'name of the registration' },
  },

  async run(session, { name }) {
    const client = await session.client()
    const { toFanOutStatus } = await import('@chainloop/sdk/model/fan-out')
    const { status } = await client.deliveries.resume({ integrationName: name })
    return toFanOutStatus(status)
  },

  view: (one) => statusView([one]),
})
