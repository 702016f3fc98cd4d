import { invalid } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as attempts from './attempt-repo.ts'
import { buryDelivery } from './bury-delivery.ts'
import * as deliveries from './delivery-repo.ts'
import type { DeliveryState, Hold } from './delivery.ts'
import { type HeardOf, hearOf } from './hear-of-target.ts'
import type { JobClaim } from './held-job.ts'
import * as jobs from './job-repo.ts'
import { type Lane, holdOf } from './lane.ts'
import { goOnInOrder } from './order.ts'
import { type RetryDeps, postpone } from './postpone.ts'

const outcomes = ['delivered', 'skipped', 'retryable', 'throttled', 'permanent'] as const
export type ReportedOutcome = (typeof outcomes)[number]

export interface AttemptReport extends JobClaim {
  /** 0: the queue gave up, `jobId` is of its dead letter. */
  readonly attempt: number
  readonly durationMs: number
  readonly outcome: ReportedOutcome
  readonly responseCode: number
  readonly detail: string
  /** How long the target asked to wait; 0: it did not. */
  readonly retryAfterMs: number
  /** It was not for the target that it failed. */
  readonly ours: boolean
}

/** Throws `invalid` for a word that is none. */
export function parseOutcome(word: string): ReportedOutcome {
  const outcome = outcomes.find((known) => known === word)
  if (outcome) return outcome
  throw invalid(`${JSON.stringify(word)} is not an outcome`)
}

type Deps = Pick<Context, 'db'> & RetryDeps

/** Who claimed an attempt may tell its end, also when the job was given to somebody else since: it is what happened. */
export async function reportAttempts(
  ctx: Deps,
  actor: Actor,
  reports: readonly AttemptReport[],
): Promise<void> {
  actor.require('internal:deliveries')
  await inTransaction(ctx.db, async (tx) => {
    for (const report of reports) if (report.attempt === 0) await buryDelivery(ctx, tx, report)
    await end(
      ctx,
      tx,
      reports.filter(({ attempt }) => attempt > 0),
    )
  })
}

interface Ended {
  readonly report: AttemptReport
  readonly delivery: deliveries.LockedDelivery
  /** Which try of its job it was. */
  readonly job: jobs.Settled
}

async function end(ctx: Deps, tx: Db, reports: readonly AttemptReport[]): Promise<void> {
  const ended = await endAttempts(ctx, tx, reports)
  const lanes = await hearOf(ctx, tx, ended.map(toSign))
  const finished: Ended[] = []
  for (const state of ['delivered', 'skipped', 'failed'] as const) {
    const these = ended.filter((one) => stateAfter(one) === state)
    await deliveries.finishAll(tx, where(these), state)
    finished.push(...these)
  }
  for (const one of ended.filter((other) => stateAfter(other) === 'pending')) {
    const held = holdAgain(lanes.get(one.delivery.integrationId))
    const { retryAfterMs } = one.report
    if (await postpone(ctx, tx, { ...one, retryAfterMs, held })) continue
    await deliveries.finish(tx, one.delivery, 'failed')
    finished.push(one)
  }
  // Also of deliveries that were finished before: the job has done what it can.
  const over = ended.filter((one) => stateAfter(one) === undefined)
  await jobs.complete(
    tx,
    ctx.queue,
    [...finished, ...over].map(({ job }) => job),
  )
  for (const { delivery } of finished) await goOnInOrder(ctx, tx, delivery)
}

async function endAttempts(
  { queue }: Deps,
  tx: Db,
  reports: readonly AttemptReport[],
): Promise<Ended[]> {
  const known = await jobs.find(
    tx,
    queue,
    reports.map(({ jobId }) => jobId),
  )
  const ofJobs = reports.flatMap((report) => {
    const job = known.get(report.jobId)
    return job?.deliveryId === report.deliveryId ? [{ report, job }] : []
  })
  const organizationIds = [...new Set(ofJobs.map(({ job }) => job.organizationId))]
  const ids = ofJobs.map(({ report }) => report.deliveryId)
  const locked = await deliveries.lockAll(tx, { organizationIds, ids })
  const byId = new Map(locked.map((one) => [one.id, one]))
  const tries = await attempts.endAll(
    tx,
    ofJobs.map(({ report, job }) => ({
      organizationId: job.organizationId,
      deliveryId: report.deliveryId,
      jobId: report.jobId,
      number: report.attempt,
      outcome: report.outcome,
      durationMs: report.durationMs,
      responseCode: report.responseCode,
      detail: report.detail,
    })),
  )
  return ofJobs.flatMap(({ report }) => {
    const delivery = byId.get(report.deliveryId)
    const jobTry = tries.get(report.deliveryId)
    if (!delivery || jobTry === undefined) return []
    return [{ report, delivery, job: { id: report.jobId, jobTry } }]
  })
}

/** Undefined: nothing changes any more. */
function stateAfter({ report, delivery }: Ended): DeliveryState | undefined {
  const { outcome } = report
  if (outcome === 'delivered') return 'delivered'
  if (delivery.state !== 'pending' || delivery.jobId !== report.jobId) return undefined
  if (outcome === 'skipped') return 'skipped'
  return outcome === 'permanent' ? 'failed' : 'pending'
}

function where(ended: readonly Ended[]): { organizationIds: string[]; ids: string[] } {
  return {
    organizationIds: [...new Set(ended.map(({ delivery }) => delivery.organizationId))],
    ids: ended.map(({ delivery }) => delivery.id),
  }
}

function toSign({ report, delivery }: Ended): HeardOf {
  const { outcome, ours, retryAfterMs, detail } = report
  const { organizationId, integrationId } = delivery
  const failed = outcome === 'retryable'
  const silent = ours || outcome === 'skipped'
  const kind = failed ? 'failed' : outcome === 'throttled' ? 'throttled' : 'alive'
  return {
    organizationId,
    integrationId,
    sign: silent ? undefined : { kind, retryAfterMs, detail },
  }
}

/** What was tried before stays ahead of a backlog. */
function holdAgain(lane: Lane | undefined): Hold {
  const hold = lane ? holdOf(lane) : ''
  return hold === 'backlog' ? '' : hold
}
