import { randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { detachIntegration } from '../integrations/detach-integration.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { cancelDelivery } from './cancel-delivery.ts'
import { describeDelivery } from './describe-delivery.ts'
import { deliveriesQueue } from './queue.ts'
import { retryDelivery } from './retry-delivery.ts'
import { type FanOutWorld, openFanOutWorld } from './testing/fan-out-world.ts'
import { claim, claimed, report, takeJob } from './testing/worker.ts'

async function idOfPending(world: FanOutWorld): Promise<string> {
  await world.attach('one')
  await world.store()
  const { id } = await world.db.selectFrom('deliveries').select('id').executeTakeFirstOrThrow()
  return id
}

/** The target refused it for good. */
async function failed(world: FanOutWorld): Promise<{ id: string; key: string }> {
  const id = await idOfPending(world)
  const job = await takeJob(world)
  const { idempotencyKey: key } = await claimed(world, job)
  await report(world, job, { outcome: 'permanent' })
  return { id, key }
}

async function jobsOf(world: FanOutWorld): Promise<number> {
  return (await world.queue.findJobs(deliveriesQueue, { queued: true })).length
}

async function audited(world: FanOutWorld): Promise<string[]> {
  const rows = await world.db
    .selectFrom('audit_entries')
    .select('action')
    .where('target_type', '=', 'delivery')
    .orderBy('created_at')
    .execute()
  return rows.map(({ action }) => action)
}

test('a delivery that failed is retried with the key it had, and its log goes on', async () => {
  await using world = await openFanOutWorld()
  const { id, key } = await failed(world)

  const retried = await retryDelivery(world, world.operator, { id })

  expect(retried).toMatchObject({ id, state: 'pending', finishedAt: undefined })
  const job = await takeJob(world)
  expect(await claimed(world, job)).toMatchObject({ attempt: 2, idempotencyKey: key })
  await report(world, job, { outcome: 'delivered', attempt: 2 })
  expect(await describeDelivery(world, world.operator, { id })).toMatchObject({
    state: 'delivered',
    attempts: [{ outcome: 'permanent' }, { outcome: 'delivered' }],
  })
  expect(await audited(world)).toEqual(['delivery.retried'])
})

test('what is pending or delivered is not retried', async () => {
  await using world = await openFanOutWorld()
  const id = await idOfPending(world)
  await expect(retryDelivery(world, world.operator, { id })).toFailWith('conflict', /pending/)

  const job = await takeJob(world)
  await claimed(world, job)
  await report(world, job, { outcome: 'delivered', attempt: 1 })

  await expect(retryDelivery(world, world.operator, { id })).toFailWith('conflict', /delivered/)
  expect(await audited(world)).toEqual([])
})

test('what was detached is not retried, and two retries at once are one', async () => {
  await using world = await openFanOutWorld()
  const { id } = await failed(world)

  const both = await Promise.allSettled([
    retryDelivery(world, world.operator, { id }),
    retryDelivery(world, world.operator, { id }),
  ])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(await jobsOf(world)).toBe(1)

  const { attachmentId } = await describeDelivery(world, world.operator, { id })
  await detachIntegration(world, world.operator, { id: attachmentId })
  await expect(retryDelivery(world, world.operator, { id })).toFailWith('conflict', /attached/)
})

test('a cancelled delivery has no job, and comes back when it is retried', async () => {
  await using world = await openFanOutWorld()
  const id = await idOfPending(world)

  expect(await cancelDelivery(world, world.operator, { id })).toMatchObject({
    state: 'cancelled',
    finishedAt: expect.any(Date),
  })
  expect(await jobsOf(world)).toBe(0)
  await expect(cancelDelivery(world, world.operator, { id })).toFailWith('conflict', /cancelled/)

  await retryDelivery(world, world.operator, { id })
  expect(await jobsOf(world)).toBe(1)
  expect(await audited(world)).toEqual(['delivery.cancelled', 'delivery.retried'])
})

test('a job from before the retry gets nothing and ends nothing', async () => {
  await using world = await openFanOutWorld()
  const id = await idOfPending(world)
  const before = await takeJob(world)
  await claimed(world, before)
  await cancelDelivery(world, world.operator, { id })
  await retryDelivery(world, world.operator, { id })

  expect(await claim(world, before)).toBe('nothing')
  await report(world, before, { outcome: 'permanent', attempt: 1 })

  expect(await describeDelivery(world, world.operator, { id })).toMatchObject({ state: 'pending' })
})

test('an attempt that was going on when its delivery was cancelled may still tell that it arrived', async () => {
  await using world = await openFanOutWorld()
  const id = await idOfPending(world)
  const job = await takeJob(world)
  await claimed(world, job)
  await cancelDelivery(world, world.operator, { id })

  await report(world, job, { outcome: 'delivered', attempt: 1 })

  expect(await describeDelivery(world, world.operator, { id })).toMatchObject({
    state: 'delivered',
  })
})

test('another organization and who may only look change nothing', async () => {
  await using world = await openFanOutWorld()
  const id = await idOfPending(world)
  const stranger = actorOf(await insertOrganization(world.db, 'evil'), 'operator')
  const viewer = actorOf(world.organization, 'viewer')
  const neighbour = actorOf(world.organization, 'operator', { projectId: randomUUID() })

  for (const change of [retryDelivery, cancelDelivery]) {
    await expect(change(world, stranger, { id })).toFailWith('not_found')
    await expect(change(world, viewer, { id })).toFailWith('forbidden')
    await expect(change(world, neighbour, { id })).toFailWith('forbidden')
    await expect(change(world, world.operator, { id: "' or 1=1" })).toFailWith('not_found')
  }
  await expect(describeDelivery(world, stranger, { id })).toFailWith('not_found')
  expect(await describeDelivery(world, viewer, { id })).toMatchObject({ id, state: 'pending' })
})
