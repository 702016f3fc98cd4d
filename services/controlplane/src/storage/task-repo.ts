import { conflict } from '@chainloop/kit/errors'
import { type Selectable, sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { Position } from '../db/position.ts'
import type { StorageTaskRow } from '../db/storage-schema.ts'
import type { StorageTask, TaskKind, TaskProblem } from './task.ts'

export interface NewTask {
  readonly organizationId: string
  readonly kind: TaskKind
  readonly backendId: string
  readonly targetId?: string
  readonly dryRun?: boolean
  readonly includeUnknown?: boolean
  readonly bytesPerSecond?: number
  readonly createdBy: string
}

interface Of {
  readonly organizationId: string
  readonly id: string
}

/** Returns its id. */
export async function insert(db: Db, task: NewTask): Promise<string> {
  const { id } = await db
    .insertInto('storage_tasks')
    .values({
      organization_id: task.organizationId,
      kind: task.kind,
      cas_backend_id: task.backendId,
      target_backend_id: task.targetId ?? null,
      dry_run: task.dryRun ?? false,
      include_unknown: task.includeUnknown ?? false,
      bytes_per_second: task.bytesPerSecond ?? 0,
      created_by: task.createdBy,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Holds the backends until the end of the transaction. Throws `conflict` while a task works on one of them. */
export async function assertIdle(
  tx: Db,
  { organizationId, backendIds }: { organizationId: string; backendIds: readonly string[] },
): Promise<void> {
  await tx
    .selectFrom('cas_backends')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('id', 'in', backendIds)
    .orderBy('id')
    .forUpdate()
    .execute()
  const busy = await tx
    .selectFrom('storage_tasks')
    .select(['id', 'kind'])
    .where('organization_id', '=', organizationId)
    .where('state', '=', 'running')
    .where((eb) =>
      eb.or([eb('cas_backend_id', 'in', backendIds), eb('target_backend_id', 'in', backendIds)]),
    )
    .executeTakeFirst()
  if (!busy) return
  throw conflict(`a ${busy.kind} works on this storage: ${busy.id}`, { reason: 'BACKEND_BUSY' })
}

export async function find(db: Db, { organizationId, id }: Of): Promise<StorageTask | undefined> {
  const row = await tasks(db, organizationId).where('t.id', '=', id).executeTakeFirst()
  return row && toTask(row)
}

/** Newest first. */
export async function list(
  db: Db,
  {
    organizationId,
    after,
    limit,
  }: { organizationId: string; after: Position | undefined; limit: number },
): Promise<StorageTask[]> {
  const rows = await tasks(db, organizationId)
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(t.created_at, t.id) < (${after?.createdAt}::timestamptz, ${after?.id}::uuid)`,
      ),
    )
    .orderBy('t.created_at', 'desc')
    .orderBy('t.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toTask)
}

/** False: it is over. */
export async function askToCancel(db: Db, { organizationId, id }: Of): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('storage_tasks')
    .set({ cancelling: true })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** The first hundred, by digest. */
export async function problems(db: Db, { organizationId, id }: Of): Promise<TaskProblem[]> {
  const rows = await db
    .selectFrom('storage_task_problems')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('task_id', '=', id)
    .orderBy('digest')
    .limit(100)
    .execute()
  return rows.map(({ digest, kind, detail, created_at: foundAt }) => ({
    digest,
    kind,
    detail,
    foundAt,
  }))
}

function tasks(db: Db, organizationId: string) {
  return db
    .selectFrom('storage_tasks as t')
    .innerJoin('cas_backends as b', 'b.id', 't.cas_backend_id')
    .leftJoin('cas_backends as to', 'to.id', 't.target_backend_id')
    .selectAll('t')
    .select(['b.name as backend_name', 'to.name as target_name'])
    .where('t.organization_id', '=', organizationId)
}

type Row = Selectable<StorageTaskRow> & {
  readonly backend_name: string
  readonly target_name: string | null
}

function toTask(row: Row): StorageTask {
  return {
    id: row.id,
    organizationId: row.organization_id,
    kind: row.kind,
    state: row.state,
    backendId: row.cas_backend_id,
    backendName: row.backend_name,
    targetId: row.target_backend_id ?? undefined,
    targetName: row.target_name ?? undefined,
    dryRun: row.dry_run,
    includeUnknown: row.include_unknown,
    cancelling: row.cancelling,
    bytesPerSecond: row.bytes_per_second,
    cursor: row.cursor,
    counts: {
      done: row.done,
      total: row.total,
      bytes: row.bytes,
      removed: row.removed,
      marked: row.marked,
      openRuns: row.open_runs,
      problems: row.problems,
    },
    setbacks: row.setbacks,
    error: row.error,
    createdAt: row.created_at,
    finishedAt: row.finished_at ?? undefined,
  }
}
