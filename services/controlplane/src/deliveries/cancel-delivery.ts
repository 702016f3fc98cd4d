import { conflict } from '@chainloop/kit/errors'
import { fromKysely } from 'pg-boss'

import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as deliveries from './delivery-repo.ts'
import type { Delivery } from './delivery.ts'
import { describeDelivery } from './describe-delivery.ts'
import { findJob } from './held-job.ts'
import { lockDelivery } from './lock-delivery.ts'
import { goOnInOrder } from './order.ts'
import { deliveriesQueue } from './queue.ts'

/** Gives up what is pending. Who is making an attempt right now may still tell that it arrived. */
export async function cancelDelivery(
  { db, queue }: Pick<Context, 'db' | 'queue'>,
  actor: Actor,
  { id }: { id: string },
): Promise<Delivery> {
  const { organizationId } = actor
  return inTransaction(db, async (tx) => {
    const delivery = await lockDelivery(tx, actor, id)
    const { state, jobId } = delivery
    if (state !== 'pending') {
      throw conflict(`the delivery is ${state}`, { reason: 'DELIVERY_NOT_PENDING' })
    }
    await deliveries.finish(tx, { organizationId, id }, 'cancelled')
    const job = await findJob({ queue }, tx, { name: deliveriesQueue, jobId, deliveryId: id })
    if (job && !job.active) await queue.deleteJob(deliveriesQueue, jobId, { db: fromKysely(tx) })
    await goOnInOrder({ queue }, tx, delivery)
    await record(tx, {
      organizationId,
      actor,
      action: 'delivery.cancelled',
      targetType: 'delivery',
      targetId: id,
      details: {},
    })
    return describeDelivery({ db: tx }, actor, { id })
  })
}
