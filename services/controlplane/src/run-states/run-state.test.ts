import { randomBytes } from 'node:crypto'

import { sealingKey } from '@chainloop/kit/secrets/seal'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import type { Actor } from '../auth/actor.ts'
import { cancelRun } from '../runs/cancel-run.ts'
import { openRunWorld, runActorOf } from '../runs/testing/run-world.ts'
import type { RunWorld } from '../runs/testing/run-world.ts'
import { isInitialized, MAX_STATE_BYTES, readState, resetState, saveState } from './run-state.ts'

let world: RunWorld
beforeAll(async () => {
  world = await openRunWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

const key = sealingKey(randomBytes(32))
const deps = () => ({ db: world.db, sealingKeys: [key] as const })
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

async function openRun(): Promise<{ runId: string; actor: Actor }> {
  const opened = await world.open()
  return { runId: opened.run.id, actor: runActorOf(opened) }
}

test('what was saved is read back, with the digest that the next save has to name', async () => {
  const { runId, actor } = await openRun()
  expect(await isInitialized(deps(), actor, runId)).toBe(false)

  const first = await saveState(deps(), actor, { runId, state: bytes('one'), baseDigest: '' })
  const second = await saveState(deps(), actor, { runId, state: bytes('two'), baseDigest: first })

  expect(await isInitialized(deps(), actor, runId)).toBe(true)
  const read = await readState(deps(), actor, runId)
  expect(Buffer.from(read.state).toString()).toBe('two')
  expect(read.digest).toBe(second)
})

test('an account with the right on the project works on the state too', async () => {
  const { runId } = await openRun()

  await saveState(deps(), world.attester, { runId, state: bytes('one'), baseDigest: '' })

  expect((await readState(deps(), world.attester, runId)).state).toEqual(bytes('one'))
})

test.each(['', 'stale', 'f'.repeat(64)])(
  'a save on another base than the current state is a conflict: %j',
  async (baseDigest) => {
    const { runId, actor } = await openRun()
    await saveState(deps(), actor, { runId, state: bytes('one'), baseDigest: '' })

    const save = saveState(deps(), actor, { runId, state: bytes('two'), baseDigest })

    await expect(save).rejects.toMatchObject({
      code: 'aborted',
      reason: 'ATTESTATION_STATE_ERROR_CONFLICT',
    })
    expect((await readState(deps(), actor, runId)).state).toEqual(bytes('one'))
  },
)

test('a base is refused while there is no state', async () => {
  const { runId, actor } = await openRun()

  await expect(
    saveState(deps(), actor, { runId, state: bytes('one'), baseDigest: 'f'.repeat(64) }),
  ).toFailWith('aborted')
})

test('of many first saves at the same time one wins', async () => {
  const { runId, actor } = await openRun()

  const saves = await Promise.allSettled(
    Array.from({ length: 5 }, (_, index) =>
      saveState(deps(), actor, { runId, state: bytes(`${index}`), baseDigest: '' }),
    ),
  )

  expect(saves.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a state is sealed, and opens in no other place', async () => {
  const [one, other] = [await openRun(), await openRun()]
  await saveState(deps(), one.actor, { ...one, state: bytes('a secret word'), baseDigest: '' })
  await saveState(deps(), other.actor, { ...other, state: bytes('x'), baseDigest: '' })
  const kept = await world.db
    .selectFrom('run_states')
    .select(['state', 'digest'])
    .where('run_id', '=', one.runId)
    .executeTakeFirstOrThrow()
  expect(Buffer.from(kept.state).includes('secret')).toBe(false)

  await world.db
    .updateTable('run_states')
    .set({ state: kept.state })
    .where('run_id', '=', other.runId)
    .execute()

  await expect(readState(deps(), other.actor, other.runId)).toFailWith('invalid')
})

test('an older state that is put back does not open', async () => {
  const { runId, actor } = await openRun()
  const first = await saveState(deps(), actor, { runId, state: bytes('one'), baseDigest: '' })
  const kept = await world.db
    .selectFrom('run_states')
    .select('state')
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow()
  await saveState(deps(), actor, { runId, state: bytes('two'), baseDigest: first })

  await world.db
    .updateTable('run_states')
    .set({ state: kept.state })
    .where('run_id', '=', runId)
    .execute()

  await expect(readState(deps(), actor, runId)).toFailWith('invalid')
})

test('a reset forgets the state and leaves the run open', async () => {
  const { runId, actor } = await openRun()
  await saveState(deps(), actor, { runId, state: bytes('one'), baseDigest: '' })

  await resetState(deps(), actor, runId)

  await expect(readState(deps(), actor, runId)).toFailWith('not_found')
  await saveState(deps(), actor, { runId, state: bytes('again'), baseDigest: '' })
})

test('the state of a run ends with the run', async () => {
  const { runId, actor } = await openRun()
  await saveState(deps(), actor, { runId, state: bytes('one'), baseDigest: '' })

  await cancelRun(world, actor, { runId, trigger: 'cancellation', reason: '' })

  await expect(readState(deps(), actor, runId)).toFailWith('conflict')
  await resetState(deps(), actor, runId)
  expect(
    await world.db.selectFrom('run_states').selectAll().where('run_id', '=', runId).execute(),
  ).toEqual([])
})

test('another run’s token sees no state', async () => {
  const [one, other] = [await openRun(), await openRun()]
  await saveState(deps(), one.actor, { ...one, state: bytes('one'), baseDigest: '' })

  await expect(readState(deps(), other.actor, one.runId)).toFailWith('not_found')
  await expect(
    saveState(deps(), other.actor, { runId: one.runId, state: bytes('x'), baseDigest: '' }),
  ).toFailWith('not_found')
})

test('a state that is too large is refused', async () => {
  const { runId, actor } = await openRun()

  await expect(
    saveState(deps(), actor, { runId, state: new Uint8Array(MAX_STATE_BYTES + 1), baseDigest: '' }),
  ).toFailWith('exhausted')
})
