import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { isUuid } from '../names.ts'
import * as deliveries from './delivery-repo.ts'

/** For somebody who may change what is delivered to the attachments of its project. */
export async function lockDelivery(
  tx: Db,
  actor: Actor,
  id: string,
): Promise<deliveries.LockedDelivery> {
  const { organizationId } = actor
  const delivery = isUuid(id) ? await deliveries.lock(tx, { organizationId, id }) : undefined
  actor.require('integration:attach', delivery ? { projectId: delivery.projectId } : {})
  if (!delivery) throw notFound('delivery', id)
  return delivery
}
