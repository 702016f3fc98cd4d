import { randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { deregisterIntegration } from '../integrations/deregister-integration.ts'
import type { Delivery } from './delivery.ts'
import { listDeliveries } from './list-deliveries.ts'
import { deliveriesQueue, type DeliveryJobData } from './queue.ts'
import { type FanOutWorld, openFanOutWorld } from './testing/fan-out-world.ts'
import { claim, claimed, report, skipPauses, takeJob } from './testing/worker.ts'

const everything = {
  runId: '',
  projectName: '',
  workflowName: '',
  integrationName: '',
  cursor: '',
  limit: 0,
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

test('the holder of the job gets content and credentials, and the attempt is in the log', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  const { runId } = await world.store()
  const job = await takeJob(world)

  const delivery = await claimed(world, job)

  expect(delivery).toMatchObject({
    attempt: 1,
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
  expect(JSON.parse(Buffer.from(delivery.credentials).toString())).toEqual({
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
  const ask = (jobId: string, deliveryId: string): Promise<unknown> =>
    claim(world, { jobId, deliveryId })

  expect(await ask(queued?.id ?? '', queued?.data.deliveryId ?? '')).toBe('refused')

  const { jobId, deliveryId } = await takeJob(world)
  const other = await takeJob(world)
  expect(await ask(jobId, other.deliveryId)).toBe('refused')
  expect(await ask(randomUUID(), deliveryId)).toBe('refused')
  expect(await ask("'; drop table deliveries", deliveryId)).toBe('refused')
  await expect(claim(world, { jobId, deliveryId }, world.operator)).toFailWith('forbidden')
})

test('a delivery that was made is finished, and nobody claims it again', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  await claimed(world, job)

  await report(world, job, { attempt: 1 })

  expect(await onlyDelivery(world)).toMatchObject({
    state: 'delivered',
    finishedAt: expect.any(Date),
    attempts: [
      { number: 1, outcome: 'delivered', responseCode: 200, detail: 'ok', durationMs: 12 },
    ],
  })
  expect(await claim(world, job)).toBe('refused')
})

test('the same claim twice is one attempt', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)

  const first = await claimed(world, job)
  const second = await claimed(world, job)

  expect([first.attempt, second.attempt]).toEqual([1, 1])
  expect(first.idempotencyKey).toBe(second.idempotencyKey)
})

test('an attempt whose worker died is lost, and the next one has the same idempotency key', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  const first = await claimed(world, job)
  await loseJob(world, job.jobId)

  const second = await claimed(world, await takeJob(world))

  expect(second.attempt).toBe(2)
  expect(second.idempotencyKey).toBe(first.idempotencyKey)
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
  await claimed(world, job)
  await loseJob(world, job.jobId)
  await claimed(world, await takeJob(world))

  await report(world, job, { attempt: 1 })

  expect(await onlyDelivery(world)).toMatchObject({
    state: 'delivered',
    attempts: [{ outcome: 'delivered' }, { outcome: '' }],
  })
})

test('a failed attempt is tried again until the time of the attachment is over', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  await claimed(world, job)

  await report(world, job, { outcome: 'retryable', responseCode: 500 })

  const waiting = await onlyDelivery(world)
  expect(waiting).toMatchObject({
    state: 'pending',
    held: '',
    attempts: [{ outcome: 'retryable' }],
  })
  expect(waiting?.nextAttemptAt?.getTime()).toBeGreaterThan(Date.now())

  await skipPauses(world)
  await world.db.updateTable('integration_attachments').set({ retry_for_seconds: 0 }).execute()
  await claimed(world, await takeJob(world))
  await report(world, job, { outcome: 'retryable', attempt: 2 })

  expect(await onlyDelivery(world)).toMatchObject({
    state: 'failed',
    attempts: [{ outcome: 'retryable' }, { outcome: 'retryable' }],
  })
  expect(await world.queue.findJobs(deliveriesQueue, { queued: true })).toEqual([])
})

test('a report is told once, and only about a job that there is', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  await claimed(world, job)

  await report(world, { ...job, jobId: randomUUID() })
  await report(world, { ...job, jobId: "' or 1=1" })
  await report(world, { ...job, deliveryId: randomUUID() })
  await report(world, job, { attempt: 7 })
  expect(await onlyDelivery(world)).toMatchObject({ state: 'pending' })

  await report(world, job)
  await report(world, job, { outcome: 'permanent', detail: 'changed my mind' })
  expect(await onlyDelivery(world)).toMatchObject({
    state: 'delivered',
    attempts: [{ outcome: 'delivered', detail: 'ok' }],
  })
})

test('a delivery that kills every worker is given up', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const answers: unknown[] = []

  for (let tried = 0; tried < 11; tried += 1) {
    const job = await takeJob(world)
    const answer = await claim(world, job)
    answers.push(typeof answer === 'string' ? answer : answer.attempt)
    if (tried < 10) await loseJob(world, job.jobId)
  }

  expect(answers.slice(-2)).toEqual([10, 'nothing'])
  const { state, attempts = [] } = (await onlyDelivery(world)) ?? {}
  expect(state).toBe('failed')
  expect(attempts.at(-1)).toMatchObject({ outcome: 'permanent' })
})

test('what the queue gave up ends as failed, with the lost attempt in the log', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const job = await takeJob(world)
  await claimed(world, job)
  await world.queue.send('deliveries-dead', { ...job, organizationId: world.organization.id })
  const [dead] = await world.queue.fetch('deliveries-dead')

  await report(
    world,
    { deliveryId: job.deliveryId, jobId: dead?.id ?? '' },
    { outcome: 'permanent', detail: 'no try is left', attempt: 0 },
  )

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

  expect(await claim(world, job)).toBe('nothing')
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
