import { sql } from 'kysely'

import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import type { CasBackend } from '../cas-backends/cas-backend.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { BlobProblem } from './storage-access.ts'
import type { StorageTask } from './task.ts'
import type { Outcome, Work } from './work-on-task.ts'

const BATCH = 16
const AT_ONCE = 4
const DRAIN_WAIT_MS = 2_000

interface Migration {
  readonly organizationId: string
  readonly taskId: string
  readonly from: CasBackend
  readonly to: CasBackend
}

/**
 * Copies what has a mapping to the one backend and none to the other. The mappings are the progress: whoever takes the
 * task over goes on with what is left. Both are read from meanwhile, the default first.
 */
export async function migrateBlobs(work: Work, task: StorageTask): Promise<Outcome> {
  const { db, lease } = work
  const migration = await open(db, task)
  // Before what is left is counted: a run that ends in between has mapped its artifacts by then.
  const openRuns = await countOpenRuns(db, migration)
  const total = task.counts.done + (await countLeft(db, migration))
  await lease.note(db, { openRuns, total })
  while (work.goesOn()) {
    const digests = await nextDigests(db, migration)
    if (digests.length === 0) return caughtUp(migration, openRuns)
    for (let at = 0; at < digests.length; at += AT_ONCE) {
      await all(digests.slice(at, at + AT_ONCE).map((digest) => copy(work, migration, digest)))
    }
  }
  return { type: 'more', waitMs: 0 }
}

/** As long as runs go there by default, there is no end to wait for. */
function caughtUp({ from }: Migration, openRuns: number): Outcome {
  const getsMore = from.isDefault || from.isFallback
  return getsMore || openRuns === 0 ? { type: 'done' } : { type: 'more', waitMs: DRAIN_WAIT_MS }
}

async function open(db: Db, task: StorageTask): Promise<Migration> {
  const { organizationId, backendId, targetId = '' } = task
  const from = await casBackends.find(db, { organizationId, id: backendId })
  const to = await casBackends.find(db, { organizationId, id: targetId })
  if (!from || !to) throw new Error(`task ${task.id} is of no backend`)
  return { organizationId, taskId: task.id, from, to }
}

/** Waits for all of them, also when one fails. */
async function all(copies: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(copies)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

async function copy(
  { db, storage, lease, signal }: Work,
  migration: Migration,
  digest: string,
): Promise<void> {
  const { from, to } = migration
  try {
    const bytes = await storage.copy({ from, to, digest }, signal)
    await inTransaction(db, async (tx) => {
      await lease.note(tx, { done: 1, bytes })
      await mapTo(tx, migration, digest)
    })
  } catch (cause) {
    if (!(cause instanceof BlobProblem)) throw cause
    const problem = { digest, kind: cause.kind, detail: cause.message }
    await inTransaction(db, (tx) => lease.note(tx, { done: 1, problem }))
  }
}

/** Everybody who may read the blob there may read it here. It was verified just now, whatever was swept before. */
async function mapTo(
  tx: Db,
  { organizationId, from, to }: Migration,
  digest: string,
): Promise<void> {
  await tx
    .deleteFrom('cas_condemned_blobs')
    .where('organization_id', '=', organizationId)
    .where('cas_backend_id', '=', to.id)
    .where('digest', '=', digest)
    .where('state', '=', 'swept')
    .execute()
  await sql`
    insert into cas_mappings
      (organization_id, project_id, cas_backend_id, run_id, digest, size, file_name, created_at)
    select organization_id, project_id, ${to.id}, run_id, digest, size, file_name, created_at
    from cas_mappings
    where organization_id = ${organizationId} and cas_backend_id = ${from.id} and digest = ${digest}
    on conflict (organization_id, project_id, cas_backend_id, digest) do nothing`.execute(tx)
}

function left(db: Db, { organizationId, taskId, from, to }: Migration) {
  return db
    .selectFrom('cas_mappings as a')
    .where('a.organization_id', '=', organizationId)
    .where('a.cas_backend_id', '=', from.id)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('cas_mappings as b')
            .select('b.id')
            .where('b.organization_id', '=', organizationId)
            .where('b.cas_backend_id', '=', to.id)
            .whereRef('b.project_id', '=', 'a.project_id')
            .whereRef('b.digest', '=', 'a.digest'),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('storage_task_problems as p')
            .select('p.digest')
            .where('p.organization_id', '=', organizationId)
            .where('p.task_id', '=', taskId)
            .whereRef('p.digest', '=', 'a.digest'),
        ),
      ),
    )
}

async function nextDigests(db: Db, migration: Migration): Promise<string[]> {
  const rows = await left(db, migration)
    .select('a.digest')
    .distinct()
    .orderBy('a.digest')
    .limit(BATCH)
    .execute()
  return rows.map(({ digest }) => digest)
}

async function countLeft(db: Db, migration: Migration): Promise<number> {
  const { count } = await left(db, migration)
    .select(sql<number>`count(distinct a.digest)`.as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** Those that may still write, and those whose attestation is on its way. */
async function countOpenRuns(db: Db, { organizationId, from }: Migration): Promise<number> {
  const { count } = await db
    .selectFrom('runs as r')
    .select(sql<number>`count(*)`.as('count'))
    .where('r.organization_id', '=', organizationId)
    .where('r.cas_backend_id', '=', from.id)
    .where((eb) =>
      eb.or([
        eb('r.state', '=', 'initialized'),
        eb.and([
          eb('r.attestation_digest', 'is not', null),
          eb('r.finished_at', '>', sql<Date>`now() - interval '1 hour'`),
          eb.not(
            eb.exists(
              eb
                .selectFrom('cas_mappings as m')
                .select('m.id')
                .where('m.organization_id', '=', organizationId)
                .where('m.cas_backend_id', '=', from.id)
                .whereRef('m.digest', '=', 'r.attestation_digest'),
            ),
          ),
        ]),
      ]),
    )
    .executeTakeFirstOrThrow()
  return count
}
