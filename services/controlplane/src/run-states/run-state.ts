import { createHash } from 'node:crypto'

import { aborted, exhausted, notFound } from '@chainloop/kit/errors'
import { open, seal } from '@chainloop/kit/secrets/seal'
import type { SealingKey } from '@chainloop/kit/secrets/seal'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import type { Db } from '../db/db.ts'
import { assertOpen, getOpenRun, getRun } from '../runs/open-run.ts'
import type { RunReference } from '../runs/run-repo.ts'
import * as runs from '../runs/run-repo.ts'
import type { SealedState } from './run-state-repo.ts'
import * as states from './run-state-repo.ts'

/** Inline artifacts travel in the state, so it may be large, but not without end. */
export const MAX_STATE_BYTES = 6 * 1024 * 1024

type Deps = Pick<Context, 'db'> & {
  /** The first one seals; any of them opens. */
  readonly sealingKeys: readonly [SealingKey, ...SealingKey[]]
}

export interface ReadState {
  /** As it was saved: the server does not look into it. */
  readonly state: Uint8Array
  /** Opaque; the next Save has to name it. */
  readonly digest: string
}

export async function isInitialized({ db }: Deps, actor: Actor, runId: string): Promise<boolean> {
  return (await states.find(db, await openRun(db, actor, runId))) !== undefined
}

export async function readState(deps: Deps, actor: Actor, runId: string): Promise<ReadState> {
  const run = await openRun(deps.db, actor, runId)
  const kept = await states.find(deps.db, run)
  if (!kept) throw noState(runId)
  const state = open(deps.sealingKeys, kept.sealed, associatedData(run, kept.revision))
  return { state, digest: kept.digest }
}

/**
 * Compare-and-swap: `baseDigest` names the state that the new one was made from, and is empty only for the first.
 * Returns the new state's digest.
 */
export async function saveState(
  { db, sealingKeys }: Deps,
  actor: Actor,
  input: { readonly runId: string; readonly state: Uint8Array; readonly baseDigest: string },
): Promise<string> {
  assertFits(input.state)
  const run = await openRun(db, actor, input.runId)
  return inTransaction(db, async (tx) => {
    await lockOpen(tx, run)
    const current = await states.find(tx, run)
    if ((current?.digest ?? '') !== input.baseDigest) throw stateConflict()
    return replace({ db: tx, sealingKeys }, run, { current, state: input.state })
  })
}

/**
 * Applies a change to the newest state while nobody else can, so that none is lost and none has to be repeated. What
 * is in a state is its client's business: `change` understands it. Returns the new state's digest.
 */
export async function changeState(
  { db, sealingKeys }: Deps,
  actor: Actor,
  input: { readonly runId: string; readonly change: (state: Uint8Array) => Uint8Array },
): Promise<string> {
  const run = await openRun(db, actor, input.runId)
  return inTransaction(db, async (tx) => {
    await lockOpen(tx, run)
    const current = await states.find(tx, run)
    if (!current) throw noState(input.runId)
    const before = open(sealingKeys, current.sealed, associatedData(run, current.revision))
    return replace({ db: tx, sealingKeys }, run, { current, state: input.change(before) })
  })
}

async function replace(
  { db, sealingKeys }: Deps,
  run: RunReference,
  { current, state }: { readonly current: SealedState | undefined; readonly state: Uint8Array },
): Promise<string> {
  assertFits(state)
  const revision = (current?.revision ?? 0) + 1
  const sealed = seal(sealingKeys[0], state, associatedData(run, revision))
  const next: SealedState = { sealed, digest: digestOf(sealed), revision }
  await states.upsert(db, run, next)
  await runs.touch(db, run)
  return next.digest
}

function assertFits({ length }: Uint8Array): void {
  if (length <= MAX_STATE_BYTES) return
  throw exhausted(`the state has ${length} bytes, more than ${MAX_STATE_BYTES}`, {
    reason: 'STATE_TOO_LARGE',
  })
}

function noState(runId: string): Error {
  return notFound('state of run', runId, { reason: 'STATE_NOT_FOUND' })
}

/** Forgets the state; an open run stays open. The state of a closed run is gone already. */
export async function resetState({ db }: Deps, actor: Actor, runId: string): Promise<void> {
  const { organization, id } = await getRun(db, actor, { runId, right: 'run:continue' })
  const run = { organizationId: organization.id, id }
  await inTransaction(db, async (tx) => {
    await runs.lock(tx, run)
    await states.remove(tx, run)
  })
}

async function openRun(db: Db, actor: Actor, runId: string): Promise<RunReference> {
  const run = await getOpenRun(db, actor, { runId, right: 'run:continue' })
  return { organizationId: run.organization.id, id: run.id }
}

/** Saves of one run happen one after the other, and none after its end. */
async function lockOpen(tx: Db, run: RunReference): Promise<void> {
  const locked = await runs.lock(tx, run)
  if (!locked) throw notFound('run', run.id)
  assertOpen({ id: run.id, state: locked.state })
}

function stateConflict(): Error {
  return aborted('the state was changed by somebody else in the meantime', {
    reason: 'ATTESTATION_STATE_ERROR_CONFLICT',
    hint: 'read the state again and repeat the change',
  })
}

/** A sealed state opens only as this revision of this run's state. */
function associatedData({ organizationId, id }: RunReference, revision: number): string {
  return `run-state/${organizationId}/${id}/${revision}`
}

/** Each sealing has a nonce of its own, so that equal states have different digests too. */
function digestOf(sealed: Uint8Array): string {
  return createHash('sha256').update(sealed).digest('hex')
}
