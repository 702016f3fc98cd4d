import { randomUUID } from 'node:crypto'

import { PGlite } from '@electric-sql/pglite'
import { type JobInsert, PgBoss, fromPglite } from 'pg-boss'

import { deadQueue, deliveriesQueue, pluginTasksQueue } from '../dispatch/queues.ts'

export interface TestQueue extends AsyncDisposable {
  readonly pglite: PGlite
  readonly boss: PgBoss
  /** Ids of the deliveries. */
  send(count: number, options?: Omit<JobInsert, 'data'>): Promise<string[]>
  /** As the control plane does with a report. */
  readonly settle: (report: Settled) => Promise<void>
}

export interface Settled {
  readonly jobId: string
  readonly outcome: string
  readonly attempt: number
}

/** The queue as the control plane makes it, on an embedded engine; pauses are cut to fit a test. */
export async function openTestQueue(): Promise<TestQueue> {
  const pglite = await PGlite.create({ loadDataDir: await template() })
  const boss = await startBoss(pglite)

  return {
    pglite,
    boss,
    async send(count, options = {}) {
      const ids = Array.from({ length: count }, () => randomUUID())
      await boss.insert(
        deliveriesQueue,
        ids.map((deliveryId) => ({
          ...options,
          data: { deliveryId, organizationId: 'o', trace: {} },
        })),
      )
      return ids
    },
    async settle({ jobId, outcome, attempt }) {
      if (attempt === 0) return
      const again = outcome === 'retryable' || outcome === 'throttled'
      await (again ? boss.fail(deliveriesQueue, jobId) : boss.complete(deliveriesQueue, jobId))
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false })
      await pglite.close()
    },
  }
}

let made: Promise<File | Blob> | undefined

/** Made once per test file: a new engine with a new queue takes seconds, a copy tenths. */
function template(): Promise<File | Blob> {
  made ??= makeTemplate()
  return made
}

async function makeTemplate(): Promise<File | Blob> {
  await using pglite = await PGlite.create()
  const boss = await startBoss(pglite)
  await boss.createQueue(deadQueue)
  await boss.createQueue(pluginTasksQueue)
  await boss.createQueue(deliveriesQueue, {
    retryLimit: 3,
    retryDelay: 1,
    heartbeatSeconds: 10,
    deadLetter: deadQueue,
  })
  await boss.stop({ graceful: false })
  return pglite.dumpDataDir('none')
}

async function startBoss(pglite: PGlite): Promise<PgBoss> {
  const boss = new PgBoss({ db: fromPglite(pglite), backend: 'pglite', supervise: false })
  boss.on('error', () => undefined)
  await boss.start()
  return boss
}
