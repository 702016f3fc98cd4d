import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

import type { Receipt } from '@chainloop/plugin-sdk/delivery'
import { expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'

import { exampleAttestation, exampleEnvelope } from '../../testing/attestation.ts'
import { assertCloudEvent } from '../../testing/cloud-event.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { exampleMaterial } from '../../testing/material.ts'
import { startReceiver } from '../../testing/receiver.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { webhook } from './plugin.ts'

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

const deliver = (registration: Record<string, unknown>, allow?: string[]): Promise<Receipt> =>
  deliverTo(webhook, { registration, ...(allow && { allow }) })

test('the receiver gets metadata and the attestation in the form that existing receivers parse', async () => {
  await using receiver = await startReceiver()

  const receipt = await deliver({ url: `${receiver.url}/hook` })

  expect(receipt).toEqual({ responseCode: 200, detail: 'ok' })
  const [request] = receiver.requests
  const payload = JSON.parse(request?.body ?? '')
  expect(request).toMatchObject({ method: 'POST', path: '/hook' })
  expect(payload).toMatchObject({
    Kind: 'ATTESTATION',
    Metadata: {
      Workflow: { ID: exampleAttestation.workflow.id, Name: 'build', Team: '', Project: 'shop' },
      WorkflowRun: {
        State: 'success',
        StartedAt: '2026-11-23T10:00:00.000Z',
        RunnerType: 'GITHUB_ACTION',
        RunURL: 'https://ci.example/1',
        AttestationDigest: exampleAttestation.digest,
      },
    },
  })
  expect(JSON.parse(Buffer.from(payload.Data, 'base64').toString())).toEqual({
    Envelope: exampleEnvelope,
    Hash: `sha256:${createHash('sha256').update(JSON.stringify(exampleEnvelope)).digest('hex')}`,
    Statement: exampleAttestation.statement,
    Predicate: { metadata: { name: 'build' } },
  })
})

test('SBOMs are sent when asked for, each with a key of its own', async () => {
  await using receiver = await startReceiver()
  const materials = [exampleMaterial('{"bomFormat":"CycloneDX"}')]

  await deliverTo(webhook, {
    registration: { url: receiver.url },
    attachment: { send_attestation: false, send_sbom: true },
    materials,
  })

  const [request, ...rest] = receiver.requests
  const payload = JSON.parse(request?.body ?? '')
  expect(rest).toEqual([])
  expect(payload.Kind).toBe('SBOM_CYCLONEDX_JSON')
  expect(Buffer.from(payload.Data, 'base64').toString()).toBe('{"bomFormat":"CycloneDX"}')
  expect(request?.headers['idempotency-key']).toMatch(/^key-1\.[0-9a-f]{16}$/)
})

test('a receiver of CloudEvents gets such, signed like everything else', async () => {
  await using receiver = await startReceiver()
  const attachment = { format: 'cloudevents', send_sbom: true }

  await deliverTo(webhook, {
    registration: { url: receiver.url, secret },
    attachment,
    materials: [exampleMaterial('{}')],
  })

  const events = receiver.requests.map(({ body }) => assertCloudEvent(JSON.parse(body)))
  expect(events.map(({ type }) => type)).toEqual([
    'dev.chainloop.attestation.stored.v1',
    'dev.chainloop.material.stored.v1',
  ])
  const headers: IncomingHttpHeaders = receiver.requests[0]?.headers ?? {}
  expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
  expect(headers['webhook-signature']).toMatch(/^v1,/)
  expect(events[0]?.id).toBe(headers['webhook-id'])
})

test('that somebody takes it is tried when it is registered', async () => {
  await using receiver = await startReceiver((res, { headers }) =>
    res.writeHead(headers.authorization === 'Bearer t' ? 200 : 401).end(),
  )
  const { url } = receiver

  await validateAt(webhook, { registration: { url, authorization: 'Bearer t' } })
  expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
    Kind: 'TEST_WEBHOOK',
    Data: Buffer.from('{}').toString('base64'),
  })

  await expect(validateAt(webhook, { registration: { url } })).rejects.toThrow('answered 401')
})

test('the signature is one that the Standard Webhooks library accepts, and no other body', async () => {
  await using receiver = await startReceiver()

  await deliver({ url: receiver.url, secret })

  const [request] = receiver.requests
  const headers: IncomingHttpHeaders = request?.headers ?? {}
  const body = request?.body ?? ''
  const signed = {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  }
  expect(new Webhook(secret).verify(body, signed)).toMatchObject({ Kind: 'ATTESTATION' })
  expect(() => new Webhook(secret).verify(`${body} `, signed)).toThrow('No matching signature')
})

test('every request carries what makes repetitions recognizable', async () => {
  await using receiver = await startReceiver()

  await deliver({ url: receiver.url, authorization: 'Bearer t' })

  expect(receiver.requests[0]?.headers).toMatchObject({
    'idempotency-key': 'key-1',
    'webhook-id': 'key-1',
    'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
    authorization: 'Bearer t',
  })
  expect(receiver.requests[0]?.headers).not.toHaveProperty('webhook-signature')
})

test.each([
  [400, 'permanent'],
  [401, 'permanent'],
  [404, 'permanent'],
  [410, 'permanent'],
  [408, 'retryable'],
  [500, 'retryable'],
  [503, 'retryable'],
  [429, 'throttled'],
])('an answer of %d is %s', async (status, errorClass) => {
  await using receiver = await startReceiver((res) => res.writeHead(status).end('because'))

  await expect(deliver({ url: receiver.url })).rejects.toMatchObject({
    errorClass,
    responseCode: status,
    message: `the target answered ${status}: because`,
  })
})

test('a redirect that would lose the body is no delivery', async () => {
  await using receiver = await startReceiver((res) =>
    res.writeHead(301, { location: 'http://10.0.0.1/' }).end(),
  )

  await expect(deliver({ url: receiver.url })).rejects.toMatchObject({
    errorClass: 'permanent',
    responseCode: 301,
  })
  expect(receiver.requests).toHaveLength(1)
})

test('a target that is busy says how long to wait', async () => {
  await using receiver = await startReceiver((res) =>
    res.writeHead(503, { 'retry-after': '120' }).end(),
  )

  await expect(deliver({ url: receiver.url })).rejects.toMatchObject({
    errorClass: 'throttled',
    retryAfterMs: 120_000,
  })
})

test('an address that is not public is refused', async () => {
  await using receiver = await startReceiver()

  await expect(deliver({ url: receiver.url }, [])).rejects.toThrow('not allowed')
  expect(receiver.requests).toHaveLength(0)
})

test.each([
  [{ url: 'ftp://a.example' }, 'url'],
  [{ url: 'https://a.example', secret: 'short' }, 'secret'],
  [{ url: 'https://a.example', authorization: 'a\r\nb: c' }, 'authorization'],
  [{}, 'url'],
])('settings that do not fit are a permanent error that names them: %j', async (settings, name) => {
  await expect(deliver(settings)).rejects.toMatchObject({
    errorClass: 'permanent',
    message: expect.stringContaining(`${name}:`),
  })
})
