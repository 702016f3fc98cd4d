import { defineCommand } from '../../../core/command.ts'
import { deliveryView } from '../view.ts'

export const deliveryRetry = defineCommand({
  name: 'integration delivery retry',
  summary: 'Start over with a delivery that failed or was cancelled',
  options: {
    id: { type: 'string', required: true, help: 'id of the delivery' },
  },

  async run(session, { id }) {
    const client = await session.client()
    const { toDelivery } = await import('@chainloop/sdk/model/integration')
    const { delivery } = await client.deliveries.retry({ id })
    return toDelivery(delivery)
  },

  view: deliveryView,
})
