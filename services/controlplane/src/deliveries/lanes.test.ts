import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { attachIntegration } from '../integrations/attach-integration.ts'
import { deregisterIntegration } from '../integrations/deregister-integration.ts'
import { registerIntegration } from '../integrations/register-integration.ts'
import { actorOf } from '../testing/world.ts'
import { cancelDelivery } from './cancel-delivery.ts'
import type { Delivery } from './delivery.ts'
import { fanOutStatus } from './fan-out-status.ts'
import { letEndedGo } from './job-repo.ts'
import { listDeliveries } from './list-deliveries.ts'
import { pauseIntegration, resumeIntegration } from './pause-integration.ts'
import { deliveriesQueue } from './queue.ts'
import { releaseDeliveries } from './release-deliveries.ts'
import { type FanOutWorld, openFanOutWorld } from './testing/fan-out-world.ts'
import { claim, nextJob, report, skipPauses, takeJob, work } from './testing/worker.ts'

const failure = { outcome: 'retryable', responseCode: 500, detail: 'down' } as const

async function log(world: FanOutWorld): Promise<readonly Delivery[]> {
  const everywhere = { runId: '', projectName: '', workflowName: '', integrationName: '' }
  const page = { ...everywhere, cursor: '', limit: 100 }
  return (await listDeliveries(world, world.operator, page)).deliveries.toReversed()
}

async function stateOf(world: FanOutWorld): Promise<unknown> {
  const [status] = await fanOutStatus(world, world.operator, { integrationName: 'one' })
  return status
}

/** As if the circuits' pauses were over. */
async function skipOpenTime(world: FanOutWorld): Promise<void> {
  await world.db
    .updateTable('delivery_lanes')
    .set({ open_until: new Date(0) })
    .execute()
}

/** Five failures in a row. */
async function breakTarget(world: FanOutWorld): Promise<void> {
  for (let failed = 0; failed < 5; failed += 1) {
    await world.store()
    await work(world, failure)
  }
}

test('what is ready for a broken target is held back, and comes back through one probe', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await breakTarget(world)
  await world.store()
  await skipPauses(world)

  expect(await nextJob(world)).toBeUndefined()
  expect(await stateOf(world)).toMatchObject({ state: 'broken', reason: 'down', held: 6 })

  await skipOpenTime(world)
  await releaseDeliveries(world)
  await releaseDeliveries(world)
  const probe = await work(world)
  expect(await nextJob(world)).toBeUndefined()
  expect(await stateOf(world)).toMatchObject({ state: 'running' })

  await releaseDeliveries(world)
  const rest = await Promise.all(Array.from({ length: 5 }, () => takeJob(world)))
  expect(new Set([probe, ...rest.map(({ deliveryId }) => deliveryId)]).size).toBe(6)
})

test('a probe that fails keeps the rest held', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await breakTarget(world)
  await skipPauses(world)
  await skipOpenTime(world)
  await releaseDeliveries(world)

  await work(world, failure)

  expect(await nextJob(world)).toBeUndefined()
  expect(await stateOf(world)).toMatchObject({ state: 'broken', held: 5 })
})

test('a broken target is in the way of no other, and failures that are ours break none', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await breakTarget(world)
  await world.attach('two')
  await world.store()

  const id = await work(world)
  const { integrationName } = (await log(world)).find((one) => one.id === id) ?? {}
  expect(integrationName).toBe('two')

  for (let failed = 0; failed < 6; failed += 1) {
    await world.store()
    await work(world, { ...failure, ours: true })
  }
  const [two] = await fanOutStatus(world, world.operator, { integrationName: 'two' })
  expect(two).toMatchObject({ state: 'running' })
})

test('a target that asks for time is left alone with everything', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  await world.store()

  await work(world, { outcome: 'throttled', responseCode: 429, retryAfterMs: 60_000 })

  expect(await nextJob(world)).toBeUndefined()
  expect(await stateOf(world)).toMatchObject({ state: 'broken', held: 2 })
})

test('nothing is delivered to a paused registration, and everything once it is resumed', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const inHand = await takeJob(world)
  await world.store()

  await pauseIntegration(world, world.operator, { name: 'one', reason: 'moving house' })
  await world.store()

  expect(await claim(world, inHand)).toBe('nothing')
  await releaseDeliveries(world)
  expect(await nextJob(world)).toBeUndefined()
  expect(await stateOf(world)).toMatchObject({ state: 'paused', reason: 'moving house', held: 3 })

  await resumeIntegration(world, world.operator, { name: 'one' })
  await releaseDeliveries(world)
  for (let delivered = 0; delivered < 3; delivered += 1) await work(world)
  expect((await log(world)).map(({ state }) => state)).toEqual(Array(3).fill('delivered'))
})

test('jobs that were held when their attachment went do not stay in the queue', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await pauseIntegration(world, world.operator, { name: 'one', reason: '' })
  await world.store()
  await deregisterIntegration(world, world.operator, { name: 'one' })
  expect(await nextJob(world)).toBeUndefined()

  await letEndedGo(world.db, world.queue)

  expect(await claim(world, await takeJob(world))).toBe('nothing')
  expect(await world.queue.findJobs(deliveriesQueue, { queued: true })).toEqual([])
})

test('only who may register pauses', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  const viewer = actorOf(world.organization, 'viewer')

  for (const change of [pauseIntegration, resumeIntegration]) {
    await expect(change(world, viewer, { name: 'one', reason: '' })).toFailWith('forbidden')
    await expect(change(world, world.operator, { name: 'two', reason: '' })).toFailWith('not_found')
  }
})

/** Registered with limits, attached with an order key. */
async function attachOrdered(world: FanOutWorld, orderKey: string, limits = {}): Promise<void> {
  const settings = { url: 'https://a.example' }
  const registration = { name: 'one', pluginId: 'example', description: '', settings, ...limits }
  await registerIntegration(world, world.operator, registration)
  await attachIntegration(world, world.operator, {
    projectName: 'shop',
    workflowName: 'build',
    integrationName: 'one',
    settings: {},
    orderKey,
  })
}

test('deliveries of an order key are made one after another, as they were stored', async () => {
  await using world = await openFanOutWorld()
  await attachOrdered(world, 'shop')
  for (let stored = 0; stored < 4; stored += 1) await world.store()
  const order = (await log(world)).map(({ id }) => id)

  const first = await takeJob(world)
  expect(await nextJob(world)).toBeUndefined()
  await claim(world, first)
  await report(world, first, failure)
  expect(await nextJob(world)).toBeUndefined()

  await skipPauses(world)
  expect(await work(world)).toBe(order[0])
  expect(await work(world, { outcome: 'permanent' })).toBe(order[1])
  await cancelDelivery(world, world.operator, { id: order[2] ?? '' })
  expect(await work(world)).toBe(order[3])
})

test('a registration with a rate gets no more than it wants', async () => {
  await using world = await openFanOutWorld()
  await attachOrdered(world, '', { maxPerSecond: 2 })
  for (let stored = 0; stored < 6; stored += 1) await world.store()
  expect(await nextJob(world)).toBeUndefined()
  await world.db
    .updateTable('delivery_lanes')
    .set({ released_at: new Date(0) })
    .execute()

  await releaseDeliveries(world)
  await releaseDeliveries(world)

  expect([await nextJob(world), await nextJob(world)]).toEqual([
    expect.anything(),
    expect.anything(),
  ])
  expect(await nextJob(world)).toBeUndefined()
})

test('of a large backlog only a part is in reach of the workers', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  await world.db.updateTable('delivery_lanes').set({ backlogged: true }).execute()
  await world.store()
  expect((await log(world)).map(({ held }) => held)).toEqual(['', 'backlog'])

  await releaseDeliveries(world)

  expect((await log(world)).map(({ held }) => held)).toEqual(['', ''])
  await world.store()
  expect((await log(world)).at(-1)?.held).toBe('')
})

test('the status tells what waits, what was made, and how long it took', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  expect(await stateOf(world)).toMatchObject({ pending: 0, oldestPendingAt: undefined })
  await world.store()
  await world.store()
  await world.store()
  await work(world)
  await work(world, { outcome: 'permanent' })
  await takeJob(world)

  expect(await stateOf(world)).toMatchObject({
    state: 'running',
    pending: 1,
    held: 0,
    delivered: 1,
    failed: 1,
    successRate: 0.5,
    p95LatencyMs: expect.any(Number),
    oldestPendingAt: expect.any(Date),
    maxConcurrency: 10,
    maxPerSecond: undefined,
  })
})
