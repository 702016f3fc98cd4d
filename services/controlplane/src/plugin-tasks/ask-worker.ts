import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { unavailable } from '@chainloop/kit/errors'
import type { Kysely } from 'kysely'
import { fromKysely } from 'pg-boss'

import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import type { Schema } from '../db/schema.ts'
import * as tasks from './plugin-task-repo.ts'
import type { NewPluginTask, TaskResult } from './plugin-task.ts'
import { type PluginTaskJobData, pluginTasksQueue, taskTimeoutMs } from './queue.ts'

export interface AskWorker {
  readonly organizationId: string
  readonly task: NewPluginTask
  /** Of a registration that is stored. */
  readonly secretId?: string | undefined
  /** Of one that is not: sealed as long as the task lives. */
  readonly secrets?: Uint8Array | undefined
  readonly timeoutMs?: number
}

const firstPauseMs = 25
const maxPauseMs = 250

/** What a worker found. Throws `unavailable` when none answers. Not for use within a transaction: nobody would see it. */
export async function askWorker(
  { db, queue, secrets: store }: Pick<Context, 'db' | 'queue' | 'secrets'>,
  asked: AskWorker,
): Promise<TaskResult> {
  const { organizationId, task, secrets, timeoutMs = taskTimeoutMs } = asked
  const which = { organizationId, id: randomUUID() }
  const sealedId = await inTransaction(db, async (tx) => {
    const sealed = secrets && (await store.save(tx, { organizationId, value: secrets }))
    await tasks.insert(tx, which, { task, secretId: sealed ?? asked.secretId })
    const data: PluginTaskJobData = { taskId: which.id, organizationId }
    await queue.insert(pluginTasksQueue, [{ id: randomUUID(), data }], {
      db: fromKysely(tx satisfies Kysely<Schema>),
    })
    return sealed
  })
  try {
    return await waitForResult(db, which, timeoutMs)
  } finally {
    await inTransaction(db, async (tx) => {
      await tasks.remove(tx, which)
      if (sealedId !== undefined) await store.remove(tx, { organizationId, id: sealedId })
    })
  }
}

async function waitForResult(
  db: Context['db'],
  which: { readonly organizationId: string; readonly id: string },
  timeoutMs: number,
): Promise<TaskResult> {
  const until = performance.now() + timeoutMs
  for (let pauseMs = firstPauseMs; performance.now() < until; pauseMs *= 1.5) {
    const result = await tasks.findResult(db, which)
    if (result) return result
    await delay(Math.min(pauseMs, maxPauseMs))
  }
  throw unavailable('no worker of the integrations service answered', {
    reason: 'NO_WORKER',
    hint: 'is the integrations service running?',
  })
}
