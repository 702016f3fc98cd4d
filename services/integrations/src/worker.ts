import { setTimeout as delay } from 'node:timers/promises'

import type { Logger } from '@chainloop/kit/logger'
import type { PGlite } from '@electric-sql/pglite'
import type { PgBoss } from 'pg-boss'

import type { Config } from './config.ts'
import { buryTheDead } from './dispatch/bury.ts'
import { type Consumer, consume } from './dispatch/consume.ts'
import type { DeliverContext } from './dispatch/deliver.ts'
import { deliveriesQueue } from './dispatch/queues.ts'
import { queueOf, reviveActiveJobs, startQueue } from './queue.ts'
import type { TaskContext } from './tasks/perform-task.ts'
import { takeTasks } from './tasks/take-tasks.ts'

export interface WorkerOptions {
  readonly config: Config
  readonly log: Logger
  readonly deliver: DeliverContext
  readonly tasks: TaskContext
  readonly pglite: PGlite | undefined
}

export interface Worker extends AsyncDisposable {
  /** Resolves when jobs are being taken. */
  readonly started: Promise<void>
  /** Throws what stands in the way of taking jobs. */
  check(): Promise<void>
}

const maxPauseMs = 5_000

/** Starts as soon as the control plane is there; disposing finishes what is in flight. */
export function startWorker({ config, deliver, tasks, pglite, log }: WorkerOptions): Worker {
  const { controlPlane, plugins } = deliver
  const { databaseUrl, queueSchema } = config
  const stopping = new AbortController()
  let running: Running | undefined
  let problem: unknown = new Error('the worker is starting')

  async function begin(): Promise<void> {
    const queue = queueOf({ databaseUrl, schema: queueSchema, pglite, log })
    try {
      await startQueue(queue)
      if (pglite) await reviveActiveJobs(queue, queueSchema)
      await controlPlane.announce([...plugins.values()])
      await buryTheDead(queue, { controlPlane, log })
      await takeTasks(queue, { ...tasks, log })
      running = { boss: queue, consumer: await consume(queue, deliver, { ...config, log }) }
      problem = undefined
    } catch (cause) {
      await queue.stop({ graceful: false }).catch(() => undefined)
      throw cause
    }
  }

  async function beginWhenPossible(): Promise<void> {
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
      stopping.signal.throwIfAborted()
      try {
        return await begin()
      } catch (cause) {
        problem = cause
        log.warn({ err: cause, pauseMs }, 'cannot take jobs yet')
        await delay(pauseMs, undefined, { signal: stopping.signal })
      }
    }
  }

  const started = beginWhenPossible()
  started.catch(() => undefined)

  return {
    started,
    async check() {
      if (problem) throw problem
      await running?.boss.getQueue(deliveriesQueue)
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await started.catch(() => undefined)
      await stop(running, { timeoutMs: config.drainMs, log })
    },
  }
}

interface Running {
  readonly boss: PgBoss
  readonly consumer: Consumer
}

async function stop(
  running: Running | undefined,
  { timeoutMs, log }: { readonly timeoutMs: number; readonly log: Logger },
): Promise<void> {
  if (!running) return
  log.info({ timeoutMs }, 'finishing deliveries in flight')
  await running.consumer.stop(timeoutMs)
  await running.boss.stop({ graceful: true, timeout: 1_000, close: true })
}
