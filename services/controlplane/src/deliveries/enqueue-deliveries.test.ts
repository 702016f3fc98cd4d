import { expect, test } from '@jest/globals'

import { detachIntegration } from '../integrations/detach-integration.ts'
import { enqueueDeliveries } from './enqueue-deliveries.ts'
import { createDeliveryQueues, deliveriesQueue } from './queue.ts'
import { openFanOutWorld } from './testing/fan-out-world.ts'
import { insertWorkflow, storeAttestation } from './testing/rows.ts'

test('each live attachment of the workflow gets one delivery and one job', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.attach('two')
  const gone = await world.attach('gone')
  await detachIntegration(world, world.operator, { id: gone })

  const { id } = await world.store()

  const deliveries = await world.db.selectFrom('deliveries').selectAll().execute()
  const jobs = await world.queue.findJobs<{ deliveryId: string }>(deliveriesQueue, {})
  expect(deliveries).toHaveLength(2)
  expect(deliveries.every((delivery) => delivery.attestation_id === id)).toBe(true)
  expect(jobs.map(({ data }) => data.deliveryId).toSorted()).toEqual(
    deliveries.map((delivery) => delivery.id).toSorted(),
  )
})

test('a job says what it is about and nothing else', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')

  await world.store()

  const [job] = await world.queue.findJobs(deliveriesQueue, {})
  expect(Object.keys(job?.data ?? {}).toSorted()).toEqual(['deliveryId', 'organizationId', 'trace'])
})

test('an attestation that is not stored after all leaves neither delivery nor job', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  const where = { organizationId: world.organization.id, ...world.workflow }

  const rolledBack = world.db.transaction().execute(async (tx) => {
    const count = await enqueueDeliveries(tx, world, await storeAttestation(tx, where))
    throw new Error(`rolled back ${count}`)
  })

  await expect(rolledBack).rejects.toThrow('rolled back 1')
  expect(await world.db.selectFrom('deliveries').selectAll().execute()).toEqual([])
  expect(await world.queue.findJobs(deliveriesQueue, {})).toEqual([])
})

test('the same attestation is enqueued once, and the attachments of other workflows stay out', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  const { organization, db } = world
  const other = await insertWorkflow(db, organization.id, { project: 'other', name: 'build' })

  const again = await db.transaction().execute(async (tx) => {
    const stored = await storeAttestation(tx, { organizationId: organization.id, ...other })
    const none = await enqueueDeliveries(tx, world, stored)
    const mine = await storeAttestation(tx, { organizationId: organization.id, ...world.workflow })
    const first = await enqueueDeliveries(tx, world, mine)
    return { none, first, second: await enqueueDeliveries(tx, world, mine) }
  })

  expect(again).toEqual({ none: 0, first: 1, second: 0 })
})

test('starting again brings the queues up to date', async () => {
  await using world = await openFanOutWorld()

  await createDeliveryQueues(world.queue)

  expect(await world.queue.getQueue(deliveriesQueue)).toMatchObject({
    retryLimit: 10_000,
    retryBackoff: true,
    heartbeatSeconds: 10,
    deadLetter: 'deliveries-dead',
  })
})
