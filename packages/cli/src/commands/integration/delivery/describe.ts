import { defineCommand } from '../../../core/command.ts'
import { deliveryView } from '../view.ts'

export const deliveryDescribe = defineCommand({
  name: 'integration delivery describe',
  summary: 'Show one delivery with all its attempts',
  options: {
    id: { type: 'string', required: true, help: 'id of the delivery' },
  },

  async run(session, { id }) {
    const client = await session.client()
    const { toDelivery } = await import('@chainloop/sdk/model/integration')
    const { delivery } = await client.deliveries.describe({ id })
    return toDelivery(delivery)
  },

  view: deliveryView,
})
