import type { Delivery } from '@chainloop/sdk/model/integration'

import { defineCommand } from '../../../core/command.ts'
import { text } from '../../../core/view.ts'
import { deliveryTable } from '../view.ts'
import { filterOf, filterOptions } from './delivery-filter.ts'
import { followDeliveries } from './follow-deliveries.ts'

export const deliveryList = defineCommand({
  name: 'integration delivery list',
  summary: 'List what was delivered, newest first',
  options: {
    ...filterOptions,
    follow: {
      type: 'boolean',
      help: 'print what changes from now on, a line each, until it is stopped',
    },
    limit: { type: 'integer', default: 50, help: 'deliveries per page' },
    next: { type: 'string', placeholder: 'cursor', help: 'continue a list' },
  },
  examples: [
    'chainloop integration delivery list --state failed --since 24h',
    'chainloop integration delivery list --integration dependency-track --follow',
  ],

  async run(session, { limit, next, follow, ...typed }) {
    const filter = await filterOf(typed)
    if (follow === true) return followDeliveries(session, filter)
    const client = await session.client()
    const { toDelivery } = await import('@chainloop/sdk/model/integration')
    const pagination = { limit, cursor: next ?? '' }
    const answer = await client.deliveries.list({ ...filter, pagination })
    const deliveries: Delivery[] = answer.deliveries.map(toDelivery)
    return { deliveries, next: answer.pagination?.nextCursor ?? '' }
  },

  view: ({ deliveries, next }) => [
    deliveryTable(deliveries),
    ...(next === '' ? [] : [text(`more: --next ${next}`)]),
  ],
})
