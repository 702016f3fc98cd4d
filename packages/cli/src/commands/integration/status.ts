import { defineCommand } from '../../core/command.ts'
import { statusView } from './status-view.ts'

export const integrationStatus = defineCommand({
  name: 'integration status',
  summary: 'Show how the deliveries to each registration are doing',
  details:
    'Numbers of attempts, their success rate and the 95th percentile of the time from the attestation to its delivery are of the last hour. A registration is broken while its circuit breaker is open: after five failures in a row only one delivery is tried now and then, until one arrives.',
  options: {
    integration: { type: 'string', placeholder: 'name', help: 'only this registration' },
  },

  async run(session, { integration }) {
    const client = await session.client()
    const { toFanOutStatus } = await import('@chainloop/sdk/model/fan-out')
    const { integrations } = await client.deliveries.status({ integrationName: integration ?? '' })
    return { integrations: integrations.map(toFanOutStatus) }
  },

  view: ({ integrations }) => statusView(integrations),
})
