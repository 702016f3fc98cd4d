import { randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import type { StoredAttestation } from '../deliveries/enqueue-deliveries.ts'
import { listDeliveries } from '../deliveries/list-deliveries.ts'
import { type FanOutWorld, openFanOutWorld } from '../deliveries/testing/fan-out-world.ts'
import { nextJob, work } from '../deliveries/testing/worker.ts'
import { detachIntegration } from '../integrations/detach-integration.ts'
import { cursorPage } from '../pages.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { advanceReplays } from './advance-replays.ts'
import { cancelReplay } from './cancel-replay.ts'
import { describeReplay, listReplays } from './describe-replay.ts'
import type { Replay } from './replay.ts'
import { startReplay } from './start-replay.ts'

const FIRST_PAGE = cursorPage(undefined)
const everything = { since: new Date(0), until: undefined, runId: '', digest: '', perMinute: 6000 }

/** Three attestations from before the attachment. */
async function history(world: FanOutWorld): Promise<{ stored: StoredAttestation[]; to: string }> {
  const stored = [await world.store(), await world.store(), await world.store()]
  for (const [at, { id }] of stored.entries()) {
    const created = { created_at: new Date(Date.now() - 60_000 + at) }
    await world.db.updateTable('attestations').set(created).where('id', '=', id).execute()
  }
  return { stored, to: await world.attach('one') }
}

/** Until everything was sent to the queue. */
async function advanceToTheEnd(world: FanOutWorld, { id }: Replay): Promise<Replay> {
  // As if it had been started long ago: the pace is no matter here.
  await world.db
    .updateTable('replays')
    .set({ created_at: new Date(0) })
    .execute()
  for (;;) {
    await advanceReplays(world)
    const replay = await describeReplay(world, world.operator, { id })
    if (replay.state !== 'running') return replay
  }
}

test('a new target gets the history, oldest first, in a generation of its own', async () => {
  await using world = await openFanOutWorld()
  const { stored, to: attachmentId } = await history(world)
  expect(await nextJob(world)).toBeUndefined()

  const replay = await startReplay(world, world.operator, { ...everything, attachmentId })
  expect(replay).toMatchObject({ state: 'running', generation: 2, total: 3, sent: 0 })
  expect(await advanceToTheEnd(world, replay)).toMatchObject({ state: 'done', sent: 3, pending: 3 })
  for (let delivered = 0; delivered < 3; delivered += 1) await work(world)

  expect(await describeReplay(world, world.operator, { id: replay.id })).toMatchObject({
    delivered: 3,
    pending: 0,
    failed: 0,
  })
  const page = { runId: '', projectName: '', workflowName: '', integrationName: '', cursor: '' }
  const query = { ...page, replayId: replay.id, limit: 10 }
  expect((await listDeliveries(world, world.operator, query)).deliveries).toHaveLength(3)
  const queued = await world.db
    .selectFrom('deliveries')
    .select('run_id')
    .where('replay_id', '=', replay.id)
    .orderBy('sequence')
    .execute()
  expect(queued.map((row) => row.run_id)).toEqual(stored.map(({ runId }) => runId))
})

test('each replay has idempotency keys of its own', async () => {
  await using world = await openFanOutWorld()
  const attachmentId = await world.attach('one')
  await world.store()

  for (let replayed = 0; replayed < 2; replayed += 1) {
    const replay = await startReplay(world, world.operator, { ...everything, attachmentId })
    await advanceToTheEnd(world, replay)
  }

  const rows = await world.db
    .selectFrom('deliveries')
    .select(['generation', 'idempotency_key'])
    .orderBy('generation')
    .execute()
  expect(rows.map(({ generation }) => generation)).toEqual([1, 2, 3])
  expect(new Set(rows.map((row) => row.idempotency_key)).size).toBe(3)
})

test('a run, a digest or a time narrow what is sent again', async () => {
  await using world = await openFanOutWorld()
  const { stored, to: attachmentId } = await history(world)
  const [first] = stored
  const { digest } = await world.db
    .selectFrom('attestations')
    .select('digest')
    .where('id', '=', first?.id ?? '')
    .executeTakeFirstOrThrow()
  const none = { ...everything, since: undefined, attachmentId }
  const start = (narrowed: object): Promise<Replay> =>
    startReplay(world, world.operator, { ...none, ...narrowed })

  expect(await start({ runId: first?.runId ?? '' })).toMatchObject({ total: 1 })
  expect(await start({ digest })).toMatchObject({ total: 1 })
  expect(await start({ until: new Date() })).toMatchObject({ total: 3 })
  await expect(start({})).toFailWith('invalid', /say what/)
  await expect(start({ since: new Date(Date.now() + 60_000) })).toFailWith('conflict', /fits/)
  await expect(start({ runId: randomUUID() })).toFailWith('conflict')
})

test('it is not faster than it was told to be', async () => {
  await using world = await openFanOutWorld()
  const { to: attachmentId } = await history(world)
  const slow = { ...everything, perMinute: 1, attachmentId }
  const { id } = await startReplay(world, world.operator, slow)

  await advanceReplays(world)
  await advanceReplays(world)

  expect(await describeReplay(world, world.operator, { id })).toMatchObject({
    state: 'running',
    sent: 1,
  })
})

test('what is cancelled or has no attachment any more sends nothing', async () => {
  await using world = await openFanOutWorld()
  const { to: attachmentId } = await history(world)
  const replay = await startReplay(world, world.operator, { ...everything, attachmentId })

  expect(await cancelReplay(world, world.operator, { id: replay.id })).toMatchObject({
    state: 'cancelled',
  })
  const cancelled = cancelReplay(world, world.operator, { id: replay.id })
  await expect(cancelled).toFailWith('conflict', /ended/)

  const second = await startReplay(world, world.operator, { ...everything, attachmentId })
  await detachIntegration(world, world.operator, { id: attachmentId })
  await advanceReplays(world)
  expect(await describeReplay(world, world.operator, { id: second.id })).toMatchObject({
    state: 'cancelled',
  })
  expect(await nextJob(world)).toBeUndefined()
})

test('another organization, another project and who may only look replay nothing', async () => {
  await using world = await openFanOutWorld()
  const { to: attachmentId } = await history(world)
  const { id } = await startReplay(world, world.operator, { ...everything, attachmentId })
  const stranger = actorOf(await insertOrganization(world.db, 'evil'), 'operator')
  const viewer = actorOf(world.organization, 'viewer')
  const neighbour = actorOf(world.organization, 'operator', { projectId: randomUUID() })

  const start = { ...everything, attachmentId }
  await expect(startReplay(world, stranger, start)).toFailWith('not_found')
  await expect(startReplay(world, viewer, start)).toFailWith('forbidden')
  await expect(startReplay(world, neighbour, start)).toFailWith('forbidden')
  await expect(cancelReplay(world, viewer, { id })).toFailWith('forbidden')
  await expect(cancelReplay(world, stranger, { id })).toFailWith('not_found')
  expect(await listReplays(world, stranger, FIRST_PAGE)).toMatchObject({ items: [] })
  expect(await listReplays(world, neighbour, FIRST_PAGE)).toMatchObject({ items: [] })
  expect(await listReplays(world, viewer, FIRST_PAGE)).toMatchObject({ items: [{ id }] })
})
