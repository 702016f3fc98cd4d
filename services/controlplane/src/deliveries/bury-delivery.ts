import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import * as attempts from './attempt-repo.ts'
import * as deliveries from './delivery-repo.ts'
import { type JobClaim, requireActiveJob } from './held-job.ts'
import { goOnInOrder } from './order.ts'
import { deadQueue } from './queue.ts'

/** The queue gave up without a word from a worker. */
export async function buryDelivery(
  ctx: Pick<Context, 'queue'>,
  tx: Db,
  { deliveryId, jobId, detail }: JobClaim & { readonly detail: string },
): Promise<void> {
  const job = await requireActiveJob(ctx, tx, { name: deadQueue, deliveryId, jobId })
  const { organizationId } = job
  const delivery = await deliveries.lock(tx, { organizationId, id: deliveryId })
  if (delivery?.state !== 'pending') return
  await attempts.markLost(tx, { organizationId, deliveryId })
  await attempts.note(tx, { organizationId, deliveryId }, { outcome: 'permanent', detail })
  await deliveries.finish(tx, delivery, 'failed')
  await goOnInOrder(ctx, tx, delivery)
}
