import { randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { deregisterIntegration } from '../integrations/deregister-integration.ts'
import { claimDelivery } from './claim-delivery.ts'
import type { Delivery } from './delivery.ts'
import { listDeliveries } from './list-deliveries.ts'
import { deliveriesQueue, type DeliveryJobData } from './queue.ts'
import { type AttemptReport, reportAttempt } from './report-attempt.ts'
import { type FanOutWorld, openFanOutWorld } from './testing/fan-out-world.ts'

const everything = {
  runId: '',
  projectName: '',
  workflowName: '',
  integrationName: '',
  cursor: '',
  limit: 0,
}

async function takeJob(world: FanOutWorld): Promise<{ jobId: string; deliveryId: string }> {
  const [job] = await world.queue.fetch<DeliveryJobData>(deliveriesQueue)
  if (!job) throw new Error('no job')
  return { jobId: job.id, deliveryId: job.data.deliveryId }
}

/** As when its worker died and the supervisor noticed. */
async function loseJob(world: FanOutWorld, jobId: string): Promise<void> {
  await world.queue.fail(deliveriesQueue, jobId)
  await world.queue.update(deliveriesQueue, undefined, { id: jobId, startAfter: new Date(0) })
}

async function onlyDelivery(world: FanOutWorld): Promise<Delivery | undefined> {
  const { deliveries } = await listDeliveries(world, world.operator, everything)
  return deliveries[0]
}

const success: Omit<AttemptReport, 'jobId' | 'deliveryId' | 'attempt'> = {
  durationMs: 12,
  outcome: 'delivered',
  responseCode: 200,
  detail: 'ok',
  last: true,
}

test('the holder of the job gets content and credentials, and the attempt is in the log', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  const { runId } = await world.store()
  const job = await takeJob(world)

  const claimed = await claimDelivery(world, world.worker, job)

  expect(claimed?.attempt).toBe(1)
  expect(claimed?.content).toMatchObject({
    organizationName: 'acme',
    projectName: 'shop',
    projectVersion: 'v1',
    workflowName: 'build',
    runId,
    runState: 'success',
    runnerType: 'GITHUB_ACTION',
    pluginId: 'example',
    registrationConfig: { url: 'https://a.example' },
    attachmentConfig: { label: 'x' },
  })
  expect(JSON.parse(Buffer.from(claimed?.content.credentials ?? []).toString())).toEqual({
    apiKey: 'top-secret',
  })
  expect(await onlyDelivery(world)).toMatchObject({
    state: 'pending',
    attempts: [{ number: 1, outcome: '' }],
  })
})

test('without an active job nothing is shown', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.attach('two')
  await world.store()
  const [queued] = await world.queue.findJobs<DeliveryJobData>(deliveriesQueue, {})
  const claim = (jobId: string, deliveryId: string): Promise<unknown> =>
    claimDelivery(world, world.worker, { jobId, deliveryId })

  await expect(claim(queued?.id ?? '', queued?.data.deliveryId ?? '')).toFailWith('forbidden')

  const { jobId, deliveryId } = await takeJob(world)
  const other = await takeJob(world)
  await expect(claim(jobId, other.deliveryId)).toFailWith('forbidden')
  await expect(claim(randomUUID(), deliveryId)).toFailWith('forbidden')
  await expect(claim("'; drop table deliveries", deliveryId)).toFailWith('forbidden')
  await expect(claimDelivery(world, world.operator, { jobId, deliveryId })).toFailWith('forbidden')
})

test('a delivery that was made is finished, and nobody claims it again', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  await claimDelivery(world, world.worker, job)

  await reportAttempt(world, world.worker, { ...job, ...success, attempt: 1 })

  expect(await onlyDelivery(world)).toMatchObject({
    state: 'delivered',
    finishedAt: expect.any(Date),
    attempts: [
      { number: 1, outcome: 'delivered', responseCode: 200, detail: 'ok', durationMs: 12 },
    ],
  })
  expect(await claimDelivery(world, world.worker, job)).toBeUndefined()
})

test('the same claim twice is one attempt', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)

  const first = await claimDelivery(world, world.worker, job)
  const second = await claimDelivery(world, world.worker, job)

  expect([first?.attempt, second?.attempt]).toEqual([1, 1])
  expect(first?.content.idempotencyKey).toBe(second?.content.idempotencyKey)
})

test('an attempt whose worker died is lost, and the next one has the same idempotency key', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  const first = await claimDelivery(world, world.worker, job)
  await loseJob(world, job.jobId)

  const second = await claimDelivery(world, world.worker, await takeJob(world))

  expect(second?.attempt).toBe(2)
  expect(second?.content.idempotencyKey).toBe(first?.content.idempotencyKey)
  expect(await onlyDelivery(world)).toMatchObject({
    attempts: [
      { number: 1, outcome: 'lost', detail: expect.stringContaining('not known') },
      { number: 2, outcome: '' },
    ],
  })
})

test('who was thought lost may still tell that it delivered', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  await claimDelivery(world, world.worker, job)
  await loseJob(world, job.jobId)
  await claimDelivery(world, world.worker, await takeJob(world))

  await reportAttempt(world, world.worker, { ...job, ...success, attempt: 1 })

  expect(await onlyDelivery(world)).toMatchObject({
    state: 'delivered',
    attempts: [{ outcome: 'delivered' }, { outcome: '' }],
  })
})

test('a failed attempt leaves the delivery pending until it was the last', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  await claimDelivery(world, world.worker, job)
  const refused = { ...success, outcome: 'retryable', responseCode: 500, last: false } as const
  await reportAttempt(world, world.worker, { ...job, ...refused, attempt: 1 })
  expect(await onlyDelivery(world)).toMatchObject({ state: 'pending' })

  await loseJob(world, job.jobId)
  await claimDelivery(world, world.worker, await takeJob(world))
  await reportAttempt(world, world.worker, { ...job, ...refused, attempt: 2, last: true })

  expect(await onlyDelivery(world)).toMatchObject({
    state: 'failed',
    attempts: [{ outcome: 'retryable' }, { outcome: 'retryable' }],
  })
})

test('a report is told once, and only by who held the job', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  await claimDelivery(world, world.worker, job)
  const stranger = { ...job, ...success, jobId: randomUUID(), attempt: 1 }

  await expect(reportAttempt(world, world.worker, stranger)).toFailWith('forbidden')
  await reportAttempt(world, world.worker, { ...job, ...success, attempt: 7 })
  expect(await onlyDelivery(world)).toMatchObject({ state: 'pending' })

  await reportAttempt(world, world.worker, { ...job, ...success, attempt: 1 })
  await reportAttempt(world, world.worker, {
    ...job,
    ...success,
    attempt: 1,
    outcome: 'permanent',
    detail: 'changed my mind',
  })
  expect(await onlyDelivery(world)).toMatchObject({
    state: 'delivered',
    attempts: [{ outcome: 'delivered', detail: 'ok' }],
  })
})

test('what the queue gave up ends as failed, with the lost attempt in the log', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  await claimDelivery(world, world.worker, job)
  await world.queue.send('deliveries-dead', { ...job, organizationId: world.organization.id })
  const [dead] = await world.queue.fetch('deliveries-dead')
  const report = { ...success, outcome: 'permanent', detail: 'no try is left', attempt: 0 } as const

  await reportAttempt(world, world.worker, {
    ...report,
    deliveryId: job.deliveryId,
    jobId: dead?.id ?? '',
  })

  expect(await onlyDelivery(world)).toMatchObject({
    state: 'failed',
    attempts: [{ outcome: 'lost' }, { outcome: 'permanent', detail: 'no try is left' }],
  })
})

test('deregistering ends what was not delivered, says why, and forgets the secrets', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)

  await deregisterIntegration(world, world.operator, { name: 'one' })

  expect(await claimDelivery(world, world.worker, job)).toBeUndefined()
  expect(await onlyDelivery(world)).toMatchObject({
    state: 'failed',
    integrationName: 'one',
    attempts: [{ outcome: 'permanent', detail: 'the integration was deregistered' }],
  })
  const row = await world.db
    .selectFrom('integrations')
    .select('secret_id')
    .executeTakeFirstOrThrow()
  expect(row.secret_id).toBeNull()
  expect(await world.db.selectFrom('secrets').select('id').execute()).toEqual([])
})
