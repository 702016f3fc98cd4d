import { silentLogger } from '@chainloop/kit/logger'
import { expect, test } from '@jest/globals'
import { z } from 'zod'

import type { AttemptReport, ClaimedDelivery, ControlPlane } from '../control-plane.ts'
import { DeliveryError } from '../delivery-error.ts'
import { type Delivery, type Receipt, definePlugin, secret } from '../plugin.ts'
import { registryOf } from '../registry.ts'
import { exampleAttestation } from '../testing/attestation.ts'
import { type DeliverContext, deliver } from './deliver.ts'

const claimed: ClaimedDelivery = {
  attempt: 3,
  pluginId: 'example',
  attestation: exampleAttestation,
  registration: { key: 'top-secret' },
  attachment: {},
  idempotencyKey: 'key-1',
}

const job = { id: 'j', deliveryId: 'd', lastTry: false, signal: new AbortController().signal }

interface World extends DeliverContext {
  readonly reports: AttemptReport[]
}

function world(
  work: (delivery: Delivery<{ key: string }, unknown>) => Promise<Receipt>,
  controlPlane: Partial<ControlPlane> = {},
): World {
  const reports: AttemptReport[] = []
  const plugin = definePlugin({
    id: 'example',
    version: '1',
    description: '',
    registration: z.object({ key: secret(z.string(), 'a key') }),
    attachment: z.object({}),
    deliver: work,
  })
  return {
    reports,
    plugins: registryOf([plugin]),
    // No plugin in these tests sends anything.
    egress: {} as never,
    log: silentLogger,
    observe: () => undefined,
    attemptTimeoutMs: 5_000,
    controlPlane: {
      claim: async () => claimed,
      report: async (_job, report) => void reports.push(report),
      announce: async () => undefined,
      async *readMaterial(_job, { digest }) {
        yield Buffer.from(`bytes of ${digest}`)
      },
      ...controlPlane,
    },
  }
}

test('a delivery that was made is reported and done', async () => {
  const { reports, ...context } = world(async () => ({ responseCode: 204 }))

  expect(await deliver(context, job)).toEqual({ kind: 'done' })
  expect(reports).toEqual([
    expect.objectContaining({ attempt: 3, outcome: 'delivered', responseCode: 204, last: true }),
  ])
})

test('what a plugin throws is tried again, and no secret shows in the report', async () => {
  const { reports, ...context } = world(async ({ registration }) => {
    throw new Error(`bad key ${registration.key}`)
  })

  expect(await deliver(context, job)).toEqual({ kind: 'again' })
  expect(reports).toMatchObject([
    { outcome: 'retryable', detail: 'bad key [redacted]', last: false },
  ])
})

test('a permanent error ends the delivery', async () => {
  const { reports, ...context } = world(async () => {
    throw new DeliveryError('permanent', 'gone', { responseCode: 410 })
  })

  expect(await deliver(context, job)).toEqual({ kind: 'done' })
  expect(reports).toMatchObject([{ outcome: 'permanent', responseCode: 410, last: true }])
})

test('a throttled delivery waits as long as the target asked', async () => {
  const { reports, ...context } = world(async () => {
    throw new DeliveryError('throttled', 'later', { responseCode: 429, retryAfterMs: 7000 })
  })

  expect(await deliver(context, job)).toEqual({ kind: 'again', afterMs: 7000 })
  expect(reports).toMatchObject([{ outcome: 'throttled', last: false }])
})

test('the last try says that it was the last', async () => {
  const { reports, ...context } = world(async () => {
    throw new Error('still down')
  })

  expect(await deliver(context, { ...job, lastTry: true })).toEqual({ kind: 'done' })
  expect(reports).toMatchObject([{ outcome: 'retryable', last: true }])
})

test('a plugin that ignores its time limit is interrupted by its signal', async () => {
  const { reports, ...context } = world(
    ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      }),
  )

  expect(await deliver({ ...context, attemptTimeoutMs: 20 }, job)).toEqual({ kind: 'again' })
  expect(reports).toMatchObject([{ detail: 'the target did not answer in time' }])
})

test('a delivery that was finished elsewhere is not made again', async () => {
  let made = 0
  const context = world(
    async () => {
      made += 1
      return {}
    },
    { claim: async () => undefined },
  )

  expect(await deliver(context, job)).toEqual({ kind: 'done' })
  expect(made).toBe(0)
})

test('a plugin that this worker does not have may come with another one', async () => {
  const { reports, ...context } = world(async () => ({}))

  expect(await deliver({ ...context, plugins: registryOf([]) }, job)).toEqual({ kind: 'again' })
  expect(reports).toMatchObject([{ detail: 'this worker has no plugin example' }])
})

test('a report that is not heard at first is repeated', async () => {
  let heard = 0
  const context = world(async () => ({}), {
    report: async () => {
      heard += 1
      if (heard === 1) throw new Error('unavailable')
    },
  })

  expect(await deliver(context, job)).toEqual({ kind: 'done' })
  expect(heard).toBe(2)
})

test('while the control plane is away the job stays in the queue', async () => {
  const context = world(async () => ({}), { claim: () => Promise.reject(new Error('down')) })

  expect(await deliver(context, job)).toEqual({ kind: 'again' })
})

test('a bundle without a statement cannot be delivered', async () => {
  const { reports, ...context } = world(async () => ({}), {
    claim: async () => ({
      ...claimed,
      attestation: {
        ...exampleAttestation,
        bundle: Buffer.from('{"dsseEnvelope":{"payload":"!"}}'),
      },
    }),
  })

  expect(await deliver(context, job)).toEqual({ kind: 'done' })
  expect(reports).toMatchObject([
    { outcome: 'permanent', detail: 'the stored bundle has no readable statement' },
  ])
})
