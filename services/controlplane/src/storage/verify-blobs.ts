import { sql } from 'kysely'

import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import { type Db, inTransaction } from '../db/db.ts'
import type { StorageTask } from './task.ts'
import type { Outcome, Work } from './work-on-task.ts'

const BATCH = 50

/** Reads every blob that somebody may read, in the order of their digests. */
export async function verifyBlobs(work: Work, task: StorageTask): Promise<Outcome> {
  const { db, storage, lease, signal } = work
  const { organizationId, backendId: id, bytesPerSecond } = task
  const backend = await casBackends.find(db, { organizationId, id })
  if (!backend) throw new Error(`task ${task.id} is of no backend`)
  let { cursor } = task
  await lease.note(db, { total: task.counts.done + (await countAfter(db, task, cursor)) })
  for (;;) {
    const digests = await digestsAfter(db, task, cursor)
    if (digests.length === 0) return { type: 'done' }
    for (const digest of digests) {
      if (!work.goesOn()) return { type: 'more', waitMs: 0 }
      const verdict = await storage.verify(backend, { digest, bytesPerSecond }, signal)
      const { condition, size, detail } = verdict
      const problem = condition === 'sound' ? {} : { problem: { digest, kind: condition, detail } }
      await inTransaction(db, (tx) =>
        lease.note(tx, { done: 1, bytes: size, cursor: digest, ...problem }),
      )
      cursor = digest
    }
  }
}

function mapped(db: Db, { organizationId, backendId }: StorageTask, cursor: string) {
  return db
    .selectFrom('cas_mappings')
    .where('organization_id', '=', organizationId)
    .where('cas_backend_id', '=', backendId)
    .where('digest', '>', cursor)
}

async function digestsAfter(db: Db, task: StorageTask, cursor: string): Promise<string[]> {
  const rows = await mapped(db, task, cursor)
    .select('digest')
    .distinct()
    .orderBy('digest')
    .limit(BATCH)
    .execute()
  return rows.map(({ digest }) => digest)
}

async function countAfter(db: Db, task: StorageTask, cursor: string): Promise<number> {
  const { count } = await mapped(db, task, cursor)
    .select(sql<number>`count(distinct digest)`.as('count'))
    .executeTakeFirstOrThrow()
  return count
}
