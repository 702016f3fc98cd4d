import type { Delivery, Receipt } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { afterAll, expect, test } from '@jest/globals'
import { z } from 'zod'

import type { ClaimedDelivery, ControlPlane } from '../control-plane.ts'
import { createEvaluator } from '../filters/evaluator.ts'
import { exampleAttestation } from '../testing/attestation.ts'
import { inProcess } from '../testing/in-process.ts'
import { type DeliverContext, deliver } from './deliver.ts'

const evaluator = createEvaluator()
afterAll(async () => evaluator[Symbol.asyncDispose]())

const claimed: ClaimedDelivery = {
  attempt: 3,
  pluginId: 'example',
  attestation: exampleAttestation,
  registration: { key: 'top-secret' },
  attachment: {},
  idempotencyKey: 'key-1',
}

const { signal } = new AbortController()
const given = { job: { id: 'j', deliveryId: 'd' }, claimed, signal }

function world(
  work: (delivery: Delivery<{ key: string }, unknown>) => Promise<Receipt>,
  controlPlane: Partial<ControlPlane> = {},
): DeliverContext {
  const plugin = definePlugin({
    id: 'example',
    version: '1',
    description: '',
    subscribedMaterials: ['SBOM_CYCLONEDX_JSON'],
    registration: z.object({ key: secret(z.string(), 'a key') }),
    attachment: z.object({}),
    deliver: work,
  })
  return {
    // No plugin in these tests sends anything.
    plugins: new Map([[plugin.id, inProcess(plugin, {} as never)]]),
    evaluator,
    observe: () => undefined,
    attemptTimeoutMs: 5_000,
    controlPlane: {
      claim: () => {
        throw new Error('not used')
      },
      report: () => Promise.reject(new Error('not used')),
      announce: async () => undefined,
      async *readMaterial(_job, { digest }) {
        yield Buffer.from(`bytes of ${digest}`)
      },
      ...controlPlane,
    },
  }
}

test('a delivery that was made is reported', async () => {
  const context = world(async () => ({ responseCode: 204 }))

  expect(await deliver(context, given)).toEqual({
    attempt: 3,
    durationMs: expect.any(Number),
    outcome: 'delivered',
    responseCode: 204,
    detail: '',
    retryAfterMs: 0,
    ours: false,
  })
})

test('what a plugin throws is tried again, and no secret shows in the report', async () => {
  const context = world(async ({ registration }) => {
    throw new Error(`bad key ${registration.key}`)
  })

  expect(await deliver(context, given)).toMatchObject({
    outcome: 'retryable',
    detail: 'bad key [redacted]',
    ours: false,
  })
})

test('a permanent error is told as such', async () => {
  const context = world(async () => {
    throw new DeliveryError('permanent', 'gone', { responseCode: 410 })
  })

  expect(await deliver(context, given)).toMatchObject({ outcome: 'permanent', responseCode: 410 })
})

test('the time that a target asks for is told', async () => {
  const context = world(async () => {
    throw new DeliveryError('throttled', 'later', { responseCode: 429, retryAfterMs: 7000 })
  })

  expect(await deliver(context, given)).toMatchObject({ outcome: 'throttled', retryAfterMs: 7000 })
})

test('a plugin that takes too long is interrupted by its signal', async () => {
  const context = world(
    ({ signal: limit }) =>
      new Promise((_resolve, reject) => {
        limit.addEventListener('abort', () => reject(limit.reason as Error), { once: true })
      }),
  )

  expect(await deliver({ ...context, attemptTimeoutMs: 20 }, given)).toMatchObject({
    outcome: 'retryable',
    detail: 'the target did not answer in time',
    ours: false,
  })
})

test('what is interrupted because the worker stops is no fault of the target', async () => {
  const stop = new AbortController()
  const context = world(async () => {
    stop.abort(new Error('the worker is stopped'))
    throw stop.signal.reason
  })

  expect(await deliver(context, { ...given, signal: stop.signal })).toMatchObject({
    outcome: 'retryable',
    ours: true,
  })
})

test('content that cannot be read is no fault of the target', async () => {
  const context = world(
    async ({ materials }) => {
      await materials[0]?.read(100)
      return {}
    },
    {
      // oxlint-disable-next-line require-yield -- it fails before
      async *readMaterial() {
        throw new Error('the artifact store answers 503')
      },
    },
  )

  expect(await deliver(context, { ...given, claimed: withMaterial() })).toMatchObject({
    outcome: 'retryable',
    detail: 'the artifact store answers 503',
    ours: true,
  })
})

test('a plugin that this worker does not have may come with another one', async () => {
  const context = world(async () => ({}))

  expect(await deliver({ ...context, plugins: new Map() }, given)).toMatchObject({
    outcome: 'retryable',
    detail: 'this worker has no plugin example',
    ours: true,
  })
})

test('a bundle without a statement cannot be delivered', async () => {
  const bundle = Buffer.from('{"dsseEnvelope":{"payload":"!"}}')
  const broken = { ...claimed, attestation: { ...exampleAttestation, bundle } }

  expect(
    await deliver(
      world(async () => ({})),
      { ...given, claimed: broken },
    ),
  ).toMatchObject({
    outcome: 'permanent',
    detail: 'the stored bundle has no readable statement',
  })
})

function withMaterial(): ClaimedDelivery {
  const material = {
    name: 'sbom.json',
    digest: { sha256: 'a'.repeat(64) },
    annotations: {
      'chainloop.material.cas': true,
      'chainloop.material.name': 'sbom',
      'chainloop.material.type': 'SBOM_CYCLONEDX_JSON',
    },
  }
  const statement = { predicate: { materials: [material] } }
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  const bundle = Buffer.from(JSON.stringify({ dsseEnvelope: { payload } }))
  return { ...claimed, attestation: { ...exampleAttestation, bundle } }
}

test('what the attachment filters out does not reach the plugin', async () => {
  let deliveries = 0
  const context = world(async () => {
    deliveries += 1
    return {}
  })
  const attachment = { filter_project: 'another' }

  expect(await deliver(context, { ...given, claimed: { ...claimed, attachment } })).toMatchObject({
    outcome: 'skipped',
    detail: 'project shop is not in filter_project',
    responseCode: 0,
  })
  expect(deliveries).toBe(0)
})

test('a plugin gets the texts of the attachment rendered', async () => {
  const context = world(async ({ texts }) => ({ detail: texts['message'] ?? 'none' }))
  const attachment = { template_message: '{{ project.name }} is {{ run.state }}' }

  expect(await deliver(context, { ...given, claimed: { ...claimed, attachment } })).toMatchObject({
    outcome: 'delivered',
    detail: 'shop is success',
  })
})
