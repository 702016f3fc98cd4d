import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { isUuid } from '../names.ts'
import * as shown from './delivery-list-repo.ts'
import type { Delivery } from './delivery.ts'

/** With all its attempts. */
export async function describeDelivery(
  { db }: { readonly db: Db },
  actor: Actor,
  { id }: { id: string },
): Promise<Delivery> {
  actor.requireSomewhere('delivery:read')
  const { organizationId, projectIds } = actor
  const [delivery] = isUuid(id)
    ? await shown.list(db, { organizationId, projectIds, id, after: undefined, limit: 1 })
    : []
  if (!delivery) throw notFound('delivery', id)
  return delivery
}
