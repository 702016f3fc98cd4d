import type { Logger } from '@chainloop/kit/logger'
import type { Job, PgBoss } from 'pg-boss'
import { z } from 'zod'

import { type JobData, deliveriesQueue } from './queues.ts'

export type DeliveryJob = Job<JobData> & { readonly retryCount: number }

/** The jobs that this worker works on. While it lives they stay its own. */
export interface HeldJobs extends Disposable {
  readonly size: number
  /** The signal aborts when the queue has given the job to somebody else, or on `abort`. */
  hold(job: DeliveryJob): AbortSignal
  letGo(job: DeliveryJob): void
  /** Interrupts everything. */
  abort(reason: Error): void
  all(): readonly DeliveryJob[]
  /** Resolves when there are none. */
  empty(): Promise<void>
}

/** A fraction of the time after which the queue thinks that a worker has died. */
const touchEveryMs = 3_000

/** The ids of those that are ours still: the library gives them and does not say so in its types. */
const touched = z.object({ settled: z.array(z.string()) })

export function createHeldJobs(boss: PgBoss, log: Logger): HeldJobs {
  const held = new Map<string, { job: DeliveryJob; abort: AbortController }>()
  let whenEmpty = Promise.withResolvers<void>()

  async function touch(): Promise<void> {
    const jobs = [...held.values()].map(({ job }) => job)
    if (jobs.length === 0) return
    const { settled } = touched.parse(await boss.touch(deliveriesQueue, jobs.map(attemptOf)))
    const ours = new Set(settled)
    for (const { id } of jobs) {
      if (!ours.has(id)) held.get(id)?.abort.abort(new Error('the job was given to another worker'))
    }
  }

  const timer = setInterval(() => {
    touch().catch((err: unknown) => log.warn({ err }, 'the queue cannot be told that we live'))
  }, touchEveryMs)
  timer.unref()

  return {
    get size() {
      return held.size
    },
    hold(job) {
      if (held.size === 0) whenEmpty = Promise.withResolvers()
      const abort = new AbortController()
      held.set(job.id, { job, abort })
      return abort.signal
    },
    letGo({ id }) {
      held.delete(id)
      if (held.size === 0) whenEmpty.resolve()
    },
    abort(reason) {
      for (const { abort } of held.values()) abort.abort(reason)
    },
    all: () => [...held.values()].map(({ job }) => job),
    empty: () => (held.size === 0 ? Promise.resolve() : whenEmpty.promise),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Fenced: a job that was given to somebody else since is left alone. */
export function attemptOf({ id, retryCount }: DeliveryJob): { id: string; retryCount: number } {
  return { id, retryCount }
}
