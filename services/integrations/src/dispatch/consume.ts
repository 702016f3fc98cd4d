import type { Logger } from '@chainloop/kit/logger'
import { inSpan } from '@chainloop/kit/trace-context'
import type { JobResult, JobWithMetadata, PgBoss, WorkOptions } from 'pg-boss'

import type { ControlPlane } from '../control-plane.ts'
import { type DeliverContext, type DeliveryJob, type Verdict, deliver } from './deliver.ts'
import { reportUntilHeard } from './report.ts'

/** What the control plane puts into a job: never content, only what it is about. */
export interface JobData {
  readonly deliveryId: string
  /** W3C trace context of the request that stored the attestation. */
  readonly trace?: Readonly<Record<string, string>>
}

export const deliveriesQueue = 'deliveries'
/** Where the queue puts what it gave up. */
export const deadQueue = 'deliveries-dead'

export interface ConsumeOptions {
  readonly batchSize: number
  readonly concurrency: number
}

/** Starts taking jobs; the queues must exist. */
export async function consume(
  boss: PgBoss,
  deliverContext: DeliverContext,
  { batchSize, concurrency }: ConsumeOptions,
): Promise<void> {
  const { controlPlane, log } = deliverContext
  // Notifications tell of new jobs only; those whose pause is over are found by polling.
  const fetching = {
    batchSize,
    pollingIntervalSeconds: 2,
    notifyPollingIntervalSeconds: 2,
    burstWhenBatchFull: true,
  } as const

  await boss.work<JobData, unknown, WorkOptions & typeof deliveryWork>(
    deliveriesQueue,
    { ...deliveryWork, ...fetching, localConcurrency: concurrency },
    (jobs) => Promise.all(jobs.map((job) => handle(boss, deliverContext, job))),
  )
  await boss.work<JobData, unknown, WorkOptions & typeof deadWork>(
    deadQueue,
    { ...deadWork, ...fetching },
    (jobs) => Promise.all(jobs.map((job) => bury({ controlPlane, log }, job))),
  )
}

const deliveryWork = { perJobResults: true, includeMetadata: true } as const
const deadWork = { perJobResults: true } as const

async function handle(
  boss: PgBoss,
  deliverContext: DeliverContext,
  job: JobWithMetadata<JobData>,
): Promise<JobResult> {
  // The delivery belongs to the trace of the request that caused it.
  const verdict = await inSpan({ name: 'deliver', from: job.data.trace ?? {} }, () =>
    deliver(deliverContext, toDeliveryJob(job)),
  )
  if (verdict.kind === 'done') return { id: job.id, status: 'completed' }
  if (verdict.afterMs !== undefined) await postpone(boss, job, verdict)
  return { id: job.id, status: 'failed' }
}

function toDeliveryJob(job: JobWithMetadata<JobData>): DeliveryJob {
  return {
    id: job.id,
    deliveryId: job.data.deliveryId,
    lastTry: job.retryCount >= job.retryLimit,
    signal: job.signal,
  }
}

const maxPostponeMs = 24 * 3_600_000

/** Gives the job back now with its own time; what the handler returns for it afterwards no longer counts. */
async function postpone(
  boss: PgBoss,
  { id, retryCount }: JobWithMetadata<JobData>,
  { afterMs = 0 }: Extract<Verdict, { kind: 'again' }>,
): Promise<void> {
  const startAfter = new Date(Date.now() + Math.min(afterMs, maxPostponeMs))
  await boss.fail(deliveriesQueue, { id, retryCount })
  await boss.update(deliveriesQueue, undefined, { id, startAfter })
}

/** The queue gave up without hearing from the worker that held it: the log has to say so. */
async function bury(
  { controlPlane, log }: { controlPlane: ControlPlane; log: Logger },
  job: { id: string; data: JobData },
): Promise<JobResult> {
  const { deliveryId } = job.data
  const report = {
    attempt: 0,
    durationMs: 0,
    responseCode: 0,
    outcome: 'permanent',
    last: true,
  } as const
  try {
    await reportUntilHeard(controlPlane, {
      job: { id: job.id, deliveryId },
      report: { ...report, detail: 'the queue gave up: the last try never told how it ended' },
    })
    return { id: job.id, status: 'completed' }
  } catch (cause) {
    log.error({ err: cause, deliveryId }, 'the end of a delivery could not be reported')
    return { id: job.id, status: 'failed' }
  }
}
