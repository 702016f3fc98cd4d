import type { Config } from '../config.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import * as attachments from '../integrations/attachment-repo.ts'
import * as attempts from './attempt-repo.ts'
import * as deliveries from './delivery-repo.ts'
import type { Hold } from './delivery.ts'
import * as jobs from './job-repo.ts'
import { nextAttempt } from './next-attempt.ts'

export interface RetryDeps extends Pick<Context, 'queue'> {
  readonly config: Pick<Config, 'deliveryRetryPauseMs'>
}

export interface Postponed {
  readonly job: jobs.Settled
  readonly delivery: deliveries.LockedDelivery
  /** The pause that the target asked for; 0: none. */
  readonly retryAfterMs: number
  readonly held: Hold
}

/** The delivery is tried again later. False when its time is over: then nothing has changed. */
export async function postpone(
  { queue, config }: RetryDeps,
  tx: Db,
  { job, delivery, retryAfterMs, held }: Postponed,
): Promise<boolean> {
  const { organizationId, id: deliveryId, attachmentId } = delivery
  const tries = await attempts.triesOf(tx, { organizationId, deliveryId, jobId: job.id })
  const retryTimes = await attachments.retryTimes(tx, {
    organizationIds: [organizationId],
    ids: [attachmentId],
  })
  const failed = {
    attempts: tries.count,
    firstAttemptAt: tries.firstAt,
    retryForMs: retryTimes.get(attachmentId) ?? 0,
    retryAfterMs,
  }
  const clock = { now: new Date(), random: Math.random(), pauseMs: config.deliveryRetryPauseMs }
  const nextAttemptAt = nextAttempt(failed, clock)
  if (!nextAttemptAt) return false
  await deliveries.wait(tx, delivery, { held, nextAttemptAt })
  await jobs.giveBack(tx, queue, [{ ...job, startAfter: nextAttemptAt, held: held !== '' }])
  return true
}
