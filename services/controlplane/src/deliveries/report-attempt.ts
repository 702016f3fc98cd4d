import { forbidden, invalid } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as attempts from './attempt-repo.ts'
import * as deliveries from './delivery-repo.ts'
import { type JobClaim, findJob, requireActiveJob } from './held-job.ts'
import { deadQueue, deliveriesQueue } from './queue.ts'

const outcomes = ['delivered', 'retryable', 'throttled', 'permanent'] as const
export type ReportedOutcome = (typeof outcomes)[number]

export interface AttemptReport extends JobClaim {
  /** 0: the queue gave up, `jobId` is of its dead letter. */
  readonly attempt: number
  readonly durationMs: number
  readonly outcome: ReportedOutcome
  readonly responseCode: number
  readonly detail: string
  /** No further attempt follows. */
  readonly last: boolean
}

/** Throws `invalid` for a word that is none. */
export function parseOutcome(word: string): ReportedOutcome {
  const outcome = outcomes.find((known) => known === word)
  if (outcome) return outcome
  throw invalid(`${JSON.stringify(word)} is not an outcome`)
}

/** Who claimed the attempt may tell its end, also when the job was given to somebody else since: it is what happened. */
export async function reportAttempt(
  ctx: Pick<Context, 'db' | 'queue'>,
  actor: Actor,
  report: AttemptReport,
): Promise<void> {
  actor.require('internal:deliveries')
  await inTransaction(ctx.db, (tx) =>
    report.attempt === 0 ? bury(ctx, tx, report) : end(ctx, tx, report),
  )
}

async function end(ctx: Pick<Context, 'queue'>, tx: Db, report: AttemptReport): Promise<void> {
  const { deliveryId, jobId, attempt: number, last, ...outcome } = report
  const job = await findJob(ctx, tx, { name: deliveriesQueue, deliveryId, jobId })
  if (!job) throw forbidden('no job of this delivery', { reason: 'JOB_UNKNOWN' })
  const { organizationId } = job
  const delivery = await deliveries.lock(tx, { organizationId, id: deliveryId })
  if (!(await attempts.end(tx, { organizationId, deliveryId }, { jobId, number, ...outcome })))
    return
  const at = { organizationId, id: deliveryId }
  if (outcome.outcome === 'delivered') await deliveries.finish(tx, at, 'delivered')
  else if (last && delivery?.state === 'pending' && delivery.jobId === jobId)
    await deliveries.finish(tx, at, 'failed')
}

async function bury(
  ctx: Pick<Context, 'queue'>,
  tx: Db,
  { deliveryId, jobId, detail }: AttemptReport,
): Promise<void> {
  const job = await requireActiveJob(ctx, tx, { name: deadQueue, deliveryId, jobId })
  const { organizationId } = job
  const delivery = await deliveries.lock(tx, { organizationId, id: deliveryId })
  if (delivery?.state !== 'pending') return
  await attempts.markLost(tx, { organizationId, deliveryId })
  await attempts.note(tx, { organizationId, deliveryId }, { outcome: 'permanent', detail })
  await deliveries.finish(tx, { organizationId, id: deliveryId }, 'failed')
}
