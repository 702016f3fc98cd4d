import type { Logger } from '@chainloop/kit/logger'
import { inSpan } from '@chainloop/kit/trace-context'
import type { JobWithMetadata, PgBoss } from 'pg-boss'

import type { ClaimedDelivery } from '../control-plane.ts'
import { type DeliverContext, deliver } from './deliver.ts'
import { type DeliveryJob, type HeldJobs, attemptOf, createHeldJobs } from './held-jobs.ts'
import { type JobData, deliveriesQueue, readyPriority, wakeChannel } from './queues.ts'
import { type Reporter, createReporter } from './report.ts'
import { type Wake, createWake } from './wake.ts'

export interface ConsumeOptions {
  /** Jobs taken at once. */
  readonly batchSize: number
  /** Attempts at the same time. */
  readonly concurrency: number
  readonly log: Logger
}

export interface Consumer {
  /** Takes no more jobs and finishes those it has; what takes longer is interrupted and given back. */
  stop(timeoutMs: number): Promise<void>
}

interface Consuming extends ConsumeOptions {
  readonly boss: PgBoss
  readonly context: DeliverContext
  readonly held: HeldJobs
  readonly reporter: Reporter
  readonly wake: Wake
  readonly stopping: AbortSignal
}

/** Without a word from the control plane, and for those whose pause is over. */
const pollMs = 1_000
const troubleMs = 2_000
const interruptedMs = 5_000

/** Starts taking jobs; the queue must exist. */
export async function consume(
  boss: PgBoss,
  context: DeliverContext,
  options: ConsumeOptions,
): Promise<Consumer> {
  const { log } = options
  const stop = new AbortController()
  const held = createHeldJobs(boss, log)
  const reporter = createReporter(context.controlPlane)
  const wake = createWake()
  const wakeUp = (): void => wake.wake()
  const listening = await boss.getDb().listen?.(wakeChannel, wakeUp, wakeUp)
  const stopping = stop.signal
  const loop = takeJobs({ ...options, boss, context, held, reporter, wake, stopping })

  return {
    async stop(timeoutMs) {
      stop.abort()
      wake.wake()
      await listening?.close()
      await loop
      await within(timeoutMs, held.empty())
      held.abort(new Error('the worker is stopped'))
      await within(interruptedMs, held.empty())
      await giveBack(boss, held.all(), log)
      held[Symbol.dispose]()
    },
  }
}

async function takeJobs(consuming: Consuming): Promise<void> {
  const { held, wake, stopping, concurrency, batchSize, log } = consuming
  while (!stopping.aborted) {
    const wanted = Math.min(batchSize, concurrency - held.size)
    if (wanted <= 0) {
      await wake.sleep(pollMs)
      continue
    }
    try {
      const jobs = await fetchJobs(consuming, wanted)
      if (jobs.length > 0) await begin(consuming, jobs)
      else await wake.sleep(pollMs)
    } catch (err) {
      log.error({ err }, 'jobs cannot be taken')
      await wake.sleep(troubleMs)
    }
  }
}

/** A job's tier says how many of its registration may be worked on at the same time, by all workers together. */
const maxTier = 100
const groupConcurrency = {
  default: 1,
  tiers: Object.fromEntries(Array.from({ length: maxTier }, (_, at) => [String(at + 1), at + 1])),
}

function fetchJobs({ boss }: Consuming, batchSize: number): Promise<JobWithMetadata<JobData>[]> {
  return boss.fetch<JobData>(deliveriesQueue, {
    batchSize,
    includeMetadata: true,
    minPriority: readyPriority,
    groupConcurrency,
  })
}

/** Asks the control plane about the jobs, and starts an attempt for each as it answers. */
async function begin(consuming: Consuming, jobs: readonly DeliveryJob[]): Promise<void> {
  const { boss, context, held, log } = consuming
  const unanswered = new Map(jobs.map((job) => [job.id, { job, signal: held.hold(job) }]))
  try {
    const wanted = jobs.map(({ id, data }) => ({ id, deliveryId: data.deliveryId }))
    for await (const answer of context.controlPlane.claim(wanted)) {
      const one = unanswered.get(answer.jobId)
      if (!one) continue
      unanswered.delete(answer.jobId)
      if (answer.kind === 'claimed') void attempt(consuming, { ...one, claimed: answer.delivery })
      else held.letGo(one.job)
    }
  } finally {
    const rest = [...unanswered.values()].map(({ job }) => job)
    await giveBack(boss, rest, log)
    for (const job of rest) held.letGo(job)
  }
}

interface Begun {
  readonly job: DeliveryJob
  readonly claimed: ClaimedDelivery
  readonly signal: AbortSignal
}

async function attempt(consuming: Consuming, { job, claimed, signal }: Begun): Promise<void> {
  const { boss, context, held, reporter, wake } = consuming
  const { deliveryId, trace } = job.data
  const log = consuming.log.child({ deliveryId, jobId: job.id })
  const heldJob = { id: job.id, deliveryId }
  try {
    // The delivery belongs to the trace of the request that caused it.
    const report = await inSpan({ name: 'deliver', from: trace ?? {} }, () =>
      deliver(context, { job: heldJob, claimed, signal }),
    )
    log.info({ plugin: claimed.pluginId, ...report }, 'delivery attempted')
    await reporter.tell({ job: heldJob, report })
  } catch (err) {
    log.error({ err }, 'the end of an attempt could not be reported')
    await giveBack(boss, [job], log)
  } finally {
    held.letGo(job)
    wake.wake()
  }
}

async function giveBack(boss: PgBoss, jobs: readonly DeliveryJob[], log: Logger): Promise<void> {
  if (jobs.length === 0) return
  try {
    await boss.fail(deliveriesQueue, jobs.map(attemptOf))
  } catch (err) {
    log.warn({ err }, 'jobs could not be given back; the queue will miss us')
  }
}

async function within(ms: number, done: Promise<void>): Promise<void> {
  const timer = Promise.withResolvers<void>()
  const timeout = setTimeout(timer.resolve, ms)
  await Promise.race([done, timer.promise])
  clearTimeout(timeout)
}
