import { invalid } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import { type CasBackend, isInline } from '../cas-backends/cas-backend.ts'
import { getCasBackend } from '../cas-backends/get-cas-backend.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertAlone } from './collect-blobs.ts'
import { getTask } from './list-tasks.ts'
import * as tasks from './task-repo.ts'
import type { StorageTask } from './task.ts'

type Deps = Pick<Context, 'db'>

/** Throws `conflict` (BACKEND_BUSY) while a task works on either backend. */
export async function startMigration(
  { db }: Deps,
  actor: Actor,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<StorageTask> {
  actor.require('cas_backend:manage')
  if (from === to) throw invalid('a storage backend is not migrated to itself')
  return inTransaction(db, async (tx) => {
    const source = await getStorage(tx, actor, from)
    const target = await getStorage(tx, actor, to)
    return start(tx, actor, {
      kind: 'migration',
      backendId: source.id,
      targetId: target.id,
      details: { from, to },
    })
  })
}

export async function startVerification(
  { db }: Deps,
  actor: Actor,
  {
    backendName,
    bytesPerSecond,
  }: { readonly backendName: string; readonly bytesPerSecond: number },
): Promise<StorageTask> {
  actor.require('cas_backend:manage')
  return inTransaction(db, async (tx) => {
    const { id: backendId } = await getStorage(tx, actor, backendName)
    const details = { backend: backendName, bytesPerSecond }
    return start(tx, actor, { kind: 'verification', backendId, bytesPerSecond, details })
  })
}

export interface NewCollection {
  readonly backendName: string
  readonly dryRun: boolean
  /** Also what nobody is known to have uploaded. */
  readonly includeUnknown: boolean
}

/** Throws `conflict` (BACKEND_SHARED) when another backend is in the same place. */
export async function startCollection(
  { db }: Deps,
  actor: Actor,
  { backendName, dryRun, includeUnknown }: NewCollection,
): Promise<StorageTask> {
  actor.require('cas_backend:manage')
  return inTransaction(db, async (tx) => {
    const backend = await getStorage(tx, actor, backendName)
    await assertAlone({ db: tx }, backend)
    const details = { backend: backendName, dryRun, includeUnknown }
    return start(tx, actor, {
      kind: 'collection',
      backendId: backend.id,
      dryRun,
      includeUnknown,
      details,
    })
  })
}

async function getStorage(tx: Db, { organizationId }: Actor, name: string): Promise<CasBackend> {
  const backend = await getCasBackend(tx, { organizationId, name })
  if (!isInline(backend)) return backend
  throw invalid(`storage backend ${name} keeps nothing of its own: it is part of attestations`, {
    reason: 'BACKEND_INLINE',
  })
}

async function start(
  tx: Db,
  actor: Actor,
  {
    details,
    ...task
  }: Omit<tasks.NewTask, 'organizationId' | 'createdBy'> & { readonly details: object },
): Promise<StorageTask> {
  const { organizationId } = actor
  const backendIds = [task.backendId, task.targetId].filter((id) => id !== undefined)
  await tasks.assertIdle(tx, { organizationId, backendIds })
  const id = await tasks.insert(tx, { ...task, organizationId, createdBy: actorReference(actor) })
  await audit.record(tx, {
    organizationId,
    actor,
    action: `storage_${task.kind}.started`,
    targetType: 'storage_task',
    targetId: id,
    details: { ...details },
  })
  return getTask(tx, { organizationId, id })
}
