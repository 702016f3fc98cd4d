import { setTimeout as delay } from 'node:timers/promises'

import type { Logger } from '@chainloop/kit/logger'
import type { PGlite } from '@electric-sql/pglite'
import type { PgBoss } from 'pg-boss'

import type { Config } from './config.ts'
import { consume } from './dispatch/consume.ts'
import type { DeliverContext } from './dispatch/deliver.ts'
import { queueOf, reviveActiveJobs, startQueue } from './queue.ts'

export interface WorkerOptions {
  readonly config: Config
  readonly deliver: DeliverContext
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
export function startWorker({ config, deliver, pglite }: WorkerOptions): Worker {
  const { log, controlPlane, plugins } = deliver
  const { databaseUrl, queueSchema } = config
  const stop = new AbortController()
  let boss: PgBoss | undefined
  let problem: unknown = new Error('the worker is starting')

  async function begin(): Promise<void> {
    const queue = queueOf({ databaseUrl, schema: queueSchema, pglite, log })
    try {
      await startQueue(queue)
      if (pglite) await reviveActiveJobs(queue, queueSchema)
      await controlPlane.announce([...plugins.values()])
      await consume(queue, deliver, config)
      boss = queue
      problem = undefined
    } catch (cause) {
      await queue.stop({ graceful: false }).catch(() => undefined)
      throw cause
    }
  }

  async function beginWhenPossible(): Promise<void> {
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
      stop.signal.throwIfAborted()
      try {
        return await begin()
      } catch (cause) {
        problem = cause
        log.warn({ err: cause, pauseMs }, 'cannot take jobs yet')
        await delay(pauseMs, undefined, { signal: stop.signal })
      }
    }
  }

  const started = beginWhenPossible()
  started.catch(() => undefined)

  return {
    started,
    async check() {
      if (problem) throw problem
      await boss?.getQueue('deliveries')
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await started.catch(() => undefined)
      await stopQueue(boss, { timeoutMs: config.drainMs, log })
    },
  }
}

async function stopQueue(
  boss: PgBoss | undefined,
  { timeoutMs, log }: { readonly timeoutMs: number; readonly log: Logger },
): Promise<void> {
  if (!boss) return
  log.info({ timeoutMs }, 'finishing deliveries in flight')
  await boss.stop({ graceful: true, timeout: timeoutMs, close: true })
}
