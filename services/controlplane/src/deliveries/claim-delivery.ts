import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as attempts from './attempt-repo.ts'
import { type DeliveryContent, readContent } from './delivery-content.ts'
import * as deliveries from './delivery-repo.ts'
import { type JobClaim, requireActiveJob } from './held-job.ts'
import { deliveriesQueue } from './queue.ts'

export interface ClaimedDelivery {
  /** 1 for the first. */
  readonly attempt: number
  readonly content: DeliveryContent
}

/**
 * Content and credentials for the worker that holds the job, and the beginning of an attempt in the log. Undefined when
 * there is nothing to do any more. Throws `forbidden` when the job is not active.
 */
export async function claimDelivery(
  ctx: Pick<Context, 'db' | 'queue' | 'secrets'>,
  actor: Actor,
  { deliveryId, jobId }: JobClaim,
): Promise<ClaimedDelivery | undefined> {
  actor.require('internal:deliveries')
  return inTransaction(ctx.db, async (tx) => {
    const job = await requireActiveJob(ctx, tx, { name: deliveriesQueue, deliveryId, jobId })
    const { organizationId, jobTry } = job
    const delivery = await deliveries.lock(tx, { organizationId, id: deliveryId })
    // A job that was given up may still be in somebody's hands.
    if (delivery?.state !== 'pending' || delivery.jobId !== jobId) return undefined
    const content = await readContent(tx, { organizationId, id: deliveryId }, ctx.secrets)
    if (!content) return undefined
    const of = { organizationId, deliveryId }
    await attempts.markLost(tx, of, { jobId, jobTry })
    return { attempt: await attempts.begin(tx, of, { jobId, jobTry }), content }
  })
}
