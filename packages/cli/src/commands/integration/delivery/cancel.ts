import { defineCommand } from '../../../core/command.ts'
import { confirm } from '../../../core/confirm.ts'
import { deliveryView } from '../view.ts'

export const deliveryCancel = defineCommand({
  name: 'integration delivery cancel',
  summary: 'Give up a delivery that is pending',
  options: {
    id: { type: 'string', required: true, help: 'id of the delivery' },
  },

  async run(session, { id }) {
    await confirm(session, `Cancel the delivery ${id}?`)
    const client = await session.client()
    const { toDelivery } = await import('@chainloop/sdk/model/integration')
    const { delivery } = await client.deliveries.cancel({ id })
    return toDelivery(delivery)
  },

  view: deliveryView,
})
