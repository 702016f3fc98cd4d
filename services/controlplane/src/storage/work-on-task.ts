import { DomainError } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { collectBlobs } from './collect-blobs.ts'
import { type Lease, LeaseLost } from './lease.ts'
import { migrateBlobs } from './migrate-blobs.ts'
import { takeTask } from './take-task.ts'
import * as tasks from './task-repo.ts'
import type { StorageTask, TaskKind, TaskState } from './task.ts'
import { verifyBlobs } from './verify-blobs.ts'

export type WorkDeps = Pick<Context, 'db' | 'storage' | 'log'> & {
  readonly config: Pick<Context['config'], 'storageGrace'>
}

/** What a kind of task works with for a while. */
export interface Work extends WorkDeps {
  readonly lease: Lease
  /** Aborted when the task has to be let go at once. */
  readonly signal: AbortSignal
  /** Whether to go on with another piece. */
  goesOn(): boolean
}

/** `more`: another piece is to be done, after `waitMs`. */
export type Outcome = { readonly type: 'done' } | { readonly type: 'more'; readonly waitMs: number }

const WORKERS: Readonly<Record<TaskKind, (work: Work, task: StorageTask) => Promise<Outcome>>> = {
  migration: migrateBlobs,
  verification: verifyBlobs,
  collection: collectBlobs,
}

/** After that long a task can be taken from a process that has died. */
const LEASE_MS = 6_000
/** How long a task is worked on before others get their turn. */
const SLICE_MS = 5_000
const MAX_SETBACKS = 10
const MAX_WAIT_MS = 60_000

/** One piece of one task that is due. False: there was none. */
export async function workOnTask(deps: WorkDeps, stopping: AbortSignal): Promise<boolean> {
  const lease = await takeTask(deps.db, LEASE_MS)
  if (!lease) return false
  await using held = hold(lease, stopping)
  const until = performance.now() + SLICE_MS
  const goesOn = (): boolean => performance.now() < until && !held.signal.aborted
  try {
    await proceed({ ...deps, lease, signal: held.signal, goesOn })
  } catch (cause) {
    if (!(cause instanceof LeaseLost)) await setBack(deps, lease, { cause, stopping })
  }
  return true
}

async function proceed(work: Work): Promise<void> {
  const { db, lease } = work
  const task = await tasks.find(db, { organizationId: lease.organizationId, id: lease.taskId })
  if (!task) throw new LeaseLost(`task ${lease.taskId} is gone`)
  if (task.cancelling) return end(work, task, { state: 'cancelled' })
  const outcome = await WORKERS[task.kind](work, task)
  if (outcome.type === 'done') return end(work, task, { state: 'done' })
  await lease.release(outcome.waitMs)
}

const KEEPER = { kind: 'service', id: 'storage-keeper', name: 'storage keeper' } as const

async function end(
  { db, lease }: Pick<Work, 'db' | 'lease'>,
  task: StorageTask,
  { state, error }: { readonly state: Exclude<TaskState, 'running'>; readonly error?: string },
): Promise<void> {
  const { organizationId, id: taskId } = task
  await inTransaction(db, async (tx) => {
    await lease.finish(tx, state, error)
    const { counts } = (await tasks.find(tx, { organizationId, id: taskId })) ?? task
    await audit.record(tx, {
      organizationId,
      actor: KEEPER,
      action: `storage_${task.kind}.${state}`,
      targetType: 'storage_task',
      targetId: taskId,
      details: { backend: task.backendName, target: task.targetName, ...counts },
    })
  })
}

/** Others may do better later; after too many failures in a row an operator has to look. */
async function setBack(
  { db, log }: Pick<WorkDeps, 'db' | 'log'>,
  lease: Lease,
  { cause, stopping }: { readonly cause: unknown; readonly stopping: AbortSignal },
): Promise<void> {
  if (stopping.aborted) return lease.release(0)
  const { organizationId, taskId: id } = lease
  const task = await tasks.find(db, { organizationId, id })
  const setbacks = task?.setbacks ?? 0
  const hopeless = cause instanceof DomainError && cause.code === 'unimplemented'
  log.warn({ err: cause, task: id, setbacks }, 'a storage task was set back')
  if (task && (hopeless || setbacks >= MAX_SETBACKS)) {
    return end({ db, lease }, task, { state: 'failed', error: messageOf(cause) })
  }
  await lease.setBack(Math.min(2 ** setbacks * 1000, MAX_WAIT_MS), messageOf(cause))
}

function messageOf(cause: unknown): string {
  return cause instanceof DomainError ? cause.message : 'an internal error; see the log'
}

/** Renews the lease for as long as it is held. */
function hold(
  lease: Lease,
  stopping: AbortSignal,
): { readonly signal: AbortSignal } & AsyncDisposable {
  const lost = new AbortController()
  let renewal = Promise.resolve()
  const timer = setInterval(() => {
    renewal = lease.renew().catch((cause: unknown) => lost.abort(cause))
  }, LEASE_MS / 3)
  return {
    signal: AbortSignal.any([lost.signal, stopping]),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await renewal
    },
  }
}
