import { conflict, DomainError } from '@chainloop/kit/errors'

import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import type { CasBackend } from '../cas-backends/cas-backend.ts'
import { inTransaction } from '../db/db.ts'
import * as condemned from './condemned-repo.ts'
import type { Stored } from './references.ts'
import { countExpired, releaseExpired } from './retention-repo.ts'
import type { StorageTask } from './task.ts'
import type { Outcome, Work } from './work-on-task.ts'

const SWEEP_BATCH = 20
const PAGE = 500
const INTERRUPTED_WAIT_MS = 5_000

interface Collection extends Stored {
  readonly work: Work
  readonly task: StorageTask
  readonly backend: CasBackend
  readonly graceMs: number
}

type Step = (collection: Collection) => Promise<void>

/** Each may be repeated, and finds what is left of it. */
const STEPS: readonly (readonly [name: string, step: Step])[] = [
  ['sweep', sweep],
  ['release', release],
  ['mark', mark],
  ['unknown', markUnknown],
]

/** Sweeps what was marked before the time of grace, then marks what nothing has kept for the time of grace. */
export async function collectBlobs(work: Work, task: StorageTask): Promise<Outcome> {
  const collection = await open(work, task)
  const names = STEPS.map(([name]) => name)
  if (!(await resume(collection))) return { type: 'more', waitMs: INTERRUPTED_WAIT_MS }
  for (const [name, step] of STEPS.slice(names.indexOf(task.cursor) + 1)) {
    await step(collection)
    await work.lease.note(work.db, { cursor: name })
  }
  return { type: 'done' }
}

async function open(work: Work, task: StorageTask): Promise<Collection> {
  const { organizationId, backendId } = task
  const backend = await casBackends.find(work.db, { organizationId, id: backendId })
  if (!backend) throw new Error(`task ${task.id} is of no backend`)
  await assertAlone(work, backend)
  return { organizationId, backendId, work, task, backend, graceMs: work.config.storageGrace }
}

/** What one backend does not know may be another's. */
export async function assertAlone({ db }: Pick<Work, 'db'>, backend: CasBackend): Promise<void> {
  if (!(await casBackends.isShared(db, backend))) return
  throw conflict('another storage backend has the same location: nothing there can be removed', {
    reason: 'BACKEND_SHARED',
  })
}

/** What was begun by somebody who did not come to the end is removed as soon as he can be at it no more. */
async function resume({ work, task, backend, ...stored }: Collection): Promise<boolean> {
  if (task.dryRun) return true
  for (;;) {
    const remove = await work.storage.remover(backend)
    const { digests, others } = await inTransaction(work.db, (tx) =>
      condemned.resumeSweep(tx, stored, SWEEP_BATCH),
    )
    await removeAll({ work, task, backend, ...stored }, digests, remove)
    if (digests.length === 0) return others === 0
  }
}

async function sweep(collection: Collection): Promise<void> {
  const { work, task, backend, graceMs, ...stored } = collection
  const { db, lease } = work
  if (task.dryRun) {
    await lease.note(db, { removed: await condemned.countDue(db, stored, graceMs) })
    return
  }
  await condemned.forgetSwept(db, stored)
  for (;;) {
    work.signal.throwIfAborted()
    // Before the beginning is noted: the right to remove ends while others still wait for it.
    const remove = await work.storage.remover(backend)
    const digests = await inTransaction(db, async (tx) => {
      await lease.note(tx, {})
      return condemned.beginSweep(tx, stored, { graceMs, limit: SWEEP_BATCH })
    })
    if (digests.length === 0) return
    await removeAll(collection, digests, remove)
  }
}

type Remove = (digest: string, signal: AbortSignal) => Promise<void>

async function removeAll(
  { work, organizationId, backendId }: Pick<Collection, 'work' | 'task' | 'backend'> & Stored,
  digests: readonly string[],
  remove: Remove,
): Promise<void> {
  const { db, lease, signal } = work
  for (const digest of digests) {
    const refusal = await refusalOf(() => remove(digest, signal))
    const problem = { digest, kind: 'failed' as const, detail: refusal?.message ?? '' }
    await inTransaction(db, async (tx) => {
      await lease.note(tx, refusal ? { done: 1, problem } : { done: 1, removed: 1 })
      await condemned.endSweep(tx, { organizationId, backendId }, [digest])
    })
  }
}

/** Of the storage, for good: whatever else fails leaves open whether the blob is there. */
async function refusalOf(removal: () => Promise<void>): Promise<DomainError | undefined> {
  try {
    await removal()
    return undefined
  } catch (cause) {
    if (cause instanceof DomainError && cause.code === 'unimplemented') return cause
    throw cause
  }
}

/** Rights that projects keep no longer than so many days. */
async function release({ work, task, ...stored }: Collection): Promise<void> {
  const { db, lease } = work
  if (task.dryRun) await lease.note(db, { marked: await countExpired(db, stored) })
  else await releaseExpired(db, stored)
}

async function mark(collection: Collection): Promise<void> {
  const { work, graceMs, ...stored } = collection
  let cursor = ''
  for (;;) {
    work.signal.throwIfAborted()
    const asked = { cursor, graceMs, limit: PAGE }
    const digests = await condemned.uploadedAfter(work.db, stored, asked)
    if (digests.length === 0) return
    await markPage(collection, digests)
    cursor = digests.at(-1) ?? cursor
  }
}

/** What the storage has and nobody is known to have uploaded: an upload broke off between storing and telling. */
async function markUnknown(collection: Collection): Promise<void> {
  const { work, task, backend, graceMs } = collection
  if (!task.includeUnknown) return
  const before = Date.now() - graceMs
  for await (const page of work.storage.list(backend, work.signal)) {
    const old = page.filter(({ storedAt }) => storedAt.getTime() < before)
    await markPage(
      collection,
      old.map(({ digest }) => digest),
    )
  }
}

async function markPage(
  { work: { db, lease }, task, organizationId, backendId, graceMs }: Collection,
  digests: readonly string[],
): Promise<void> {
  const stored = { organizationId, backendId }
  await inTransaction(db, async (tx) => {
    const marked = task.dryRun
      ? (await condemned.unkept(tx, stored, { digests, graceMs })).length
      : await condemned.mark(tx, stored, { digests, graceMs })
    await lease.note(tx, { marked })
  })
}
