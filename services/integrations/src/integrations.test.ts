import type { ServerResponse } from 'node:http'

import { silentLogger } from '@chainloop/kit/logger'
import { expect, test } from '@jest/globals'

import { readConfig } from './config.ts'
import { deadQueue, deliveriesQueue } from './dispatch/queues.ts'
import { type Integrations, createIntegrations } from './integrations.ts'
import { type StandIn, startControlPlane } from './rpc/testing/control-plane.ts'
import { type TestQueue, openTestQueue } from './testing/queue.ts'
import { type ReceivedRequest, type Receiver, startReceiver } from './testing/receiver.ts'

const token = 'internal-token-of-the-integrations-service'

interface World extends AsyncDisposable {
  readonly queue: TestQueue
  readonly receiver: Receiver
  readonly controlPlane: StandIn
  readonly stack: AsyncDisposableStack
  start(env?: Record<string, string>): Promise<Integrations>
}

async function openWorld(
  answer?: (res: ServerResponse, request: ReceivedRequest) => void,
): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const queue = stack.use(await openTestQueue())
  const receiver = stack.use(await startReceiver(answer))
  const controlPlane = stack.use(
    await startControlPlane({ token, target: receiver.url, settle: queue.settle }),
  )
  const open = stack.move()
  return {
    queue,
    receiver,
    controlPlane,
    stack: open,
    async start(env = {}) {
      const config = readConfig({
        CONTROLPLANE_INTERNAL_URL: controlPlane.url,
        CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: token,
        CHAINLOOP_EGRESS_ALLOW: '127.0.0.1',
        INTEGRATIONS_HTTP_PORT: '0',
        ...env,
      })
      return createIntegrations(config, { pglite: queue.pglite, log: silentLogger })
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

test('every queued delivery reaches its target, and every attempt is reported', async () => {
  await using world = await openWorld()
  await using integrations = await world.start()
  await integrations.started

  const ids = await world.queue.send(30)
  await world.controlPlane.reported(30)

  expect(world.controlPlane.announced).toContain('webhook')
  expect(world.receiver.requests.map(({ path }) => path.slice(1)).toSorted()).toEqual(
    ids.toSorted(),
  )
  expect(world.receiver.requests[0]?.headers.authorization).toBe('Bearer t')
  expect(new Set(world.controlPlane.reports.map(({ outcome }) => outcome))).toEqual(
    new Set(['delivered']),
  )
})

test('it is ready when it takes jobs, and counts them', async () => {
  await using world = await openWorld()
  await using integrations = await world.start()
  await integrations.started
  await world.queue.send(1)
  await world.controlPlane.reported(1)
  const { metrics } = integrations.addresses

  const ready = await fetch(`${metrics}/statusz?readiness=1`)
  const text = await (await fetch(`${metrics}/metrics`)).text()

  expect(ready.status).toBe(200)
  expect(text).toMatch(
    /chainloop_delivery_attempts_total\{plugin="webhook",outcome="delivered".*\} 1/,
  )
})

test('while it cannot take jobs it says why', async () => {
  await using world = await openWorld()
  await using integrations = await world.start({
    CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: 'another-token-than-the-control-plane-knows',
  })

  const alive = await fetch(`${integrations.addresses.metrics}/statusz`)
  const ready = await fetch(`${integrations.addresses.metrics}/statusz?readiness=1`)

  expect(alive.status).toBe(200)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toEqual({ failing: { queue: expect.any(String) } })
})

test('a target that fails is tried again with the same idempotency key', async () => {
  let answers = 0
  await using world = await openWorld((res) => {
    answers += 1
    res.writeHead(answers === 1 ? 500 : 200).end()
  })
  await using integrations = await world.start()
  await integrations.started

  const [id] = await world.queue.send(1)
  await world.controlPlane.reported(2)

  expect(world.controlPlane.reports).toMatchObject([
    { attempt: 1, outcome: 'retryable', responseCode: 500 },
    { attempt: 2, outcome: 'delivered', responseCode: 200 },
  ])
  expect(world.receiver.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
    `key-${id}`,
    `key-${id}`,
  ])
})

test('what a target asks for is reported', async () => {
  await using world = await openWorld((res) => {
    res.writeHead(429, { 'retry-after': '3600' }).end()
  })
  await using integrations = await world.start()
  await integrations.started

  await world.queue.send(1)
  await world.controlPlane.reported(1)

  expect(world.controlPlane.reports).toMatchObject([
    { outcome: 'throttled', retryAfterMs: 3_600_000n, ours: false },
  ])
})

test('a registration is not asked more at the same time than it wants', async () => {
  const held: ServerResponse[] = []
  let arrived = Promise.withResolvers<void>()
  await using world = await openWorld((res) => {
    held.push(res)
    arrived.resolve()
  })
  await using integrations = await world.start()
  await integrations.started
  await world.queue.send(6, { group: { id: 'slow', tier: '2' } })
  await world.queue.send(1)

  for (let answered = 0; answered < 7; answered += 1) {
    while (held.length === 0) {
      await arrived.promise
      arrived = Promise.withResolvers()
    }
    const jobs = await world.queue.boss.findJobs(deliveriesQueue, {})
    const slow = jobs.filter(({ groupId, state }) => groupId === 'slow' && state === 'active')
    expect(slow.length).toBeLessThanOrEqual(2)
    held.shift()?.end('ok')
  }
  await world.controlPlane.reported(7)
})

test('what is held back is not taken', async () => {
  await using world = await openWorld()
  await using integrations = await world.start()
  await integrations.started

  await world.queue.send(1, { priority: -1 })
  const [id] = await world.queue.send(1)
  await world.controlPlane.reported(1)

  expect(world.controlPlane.reports.map(({ deliveryId }) => deliveryId)).toEqual([id])
})

test('what cannot be finished in time is interrupted when the worker stops, and given back', async () => {
  const arrived = Promise.withResolvers<void>()
  await using world = await openWorld(() => arrived.resolve())
  await using integrations = await world.start({ INTEGRATIONS_DRAIN_TIMEOUT: '50ms' })
  await integrations.started
  await world.queue.send(1)
  await arrived.promise

  await integrations[Symbol.asyncDispose]()

  expect(world.controlPlane.reports).toMatchObject([{ outcome: 'retryable', ours: true }])
})

test('stopping finishes the deliveries in flight and takes no more', async () => {
  const held: ServerResponse[] = []
  const arrived = Promise.withResolvers<void>()
  await using world = await openWorld((res) => {
    held.push(res)
    arrived.resolve()
  })
  await using integrations = await world.start()
  await integrations.started
  await world.queue.send(1)
  await arrived.promise

  const stopped = integrations[Symbol.asyncDispose]()
  held[0]?.end('ok')
  await stopped
  await world.queue.send(1)

  expect(world.controlPlane.reports).toMatchObject([{ outcome: 'delivered' }])
  expect(world.receiver.requests).toHaveLength(1)
})

test('after a killed process the jobs that it held are taken up again', async () => {
  await using world = await openWorld()
  const [id] = await world.queue.send(1)
  await world.queue.boss.fetch(deliveriesQueue)

  await using integrations = await world.start()
  await integrations.started
  await world.controlPlane.reported(1)

  expect(world.controlPlane.reports).toMatchObject([{ deliveryId: id, outcome: 'delivered' }])
})

test('what the queue gave up without a word is reported as such', async () => {
  await using world = await openWorld()
  await world.queue.boss.insert(deadQueue, [{ data: { deliveryId: 'd', organizationId: 'o' } }])

  await using integrations = await world.start()
  await integrations.started
  await world.controlPlane.reported(1)

  expect(world.controlPlane.reports).toMatchObject([
    { deliveryId: 'd', attempt: 0, outcome: 'permanent' },
  ])
})

test('a configuration that lacks its token is refused', () => {
  expect(() => readConfig({ CONTROLPLANE_INTERNAL_URL: 'x' })).toThrow(
    /CONTROLPLANE_INTERNAL_URL: is not a URL[^]*CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: is required/,
  )
})
