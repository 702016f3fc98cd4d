import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import type { HostedPlugin } from '../host/hosted-plugin.ts'
import type { DeliveryRequest } from '../host/runner.ts'
import { exampleAttestation } from '../testing/attestation.ts'
import { exampleMaterial } from '../testing/material.ts'
import { openRemotePlugin } from './remote-plugin.ts'
import { type GrpcPlugin, startGrpcPlugin } from './testing/grpc-plugin.ts'

/** As the library hands it out. */
interface DeliverMessage {
  readonly delivery: {
    readonly idempotency_key: string
    readonly attachment: { readonly fields: { readonly deed: { readonly stringValue: string } } }
    readonly materials: readonly { readonly digest: string }[]
  } | null
  readonly chunk: { readonly data: Buffer; readonly end: boolean; readonly problem: string } | null
}

interface Stream {
  on(event: 'data', hear: (message: DeliverMessage) => void): void
  write(message: object): void
  end(): void
  emit(event: 'error', cause: object): void
}

const seen: unknown[] = []
let server: GrpcPlugin
let plugin: HostedPlugin

const describe = {
  id: 'tickets',
  version: '1',
  description: 'in another language',
  registration_schema: JSON.stringify({
    type: 'object',
    properties: { token: { type: 'string', writeOnly: true } },
    additionalProperties: false,
  }),
  attachment_schema: JSON.stringify({
    type: 'object',
    properties: { deed: { type: 'string' } },
    additionalProperties: false,
  }),
  subscribed_materials: ['SBOM_CYCLONEDX_JSON'],
  texts: { title: 'of the ticket' },
  validates_registration: true,
}

const deeds: Record<
  string,
  (stream: Stream, delivery: NonNullable<DeliverMessage['delivery']>) => void
> = {
  read: (stream, { materials }) => stream.write({ read_material: materials[0]?.digest }),
  steal: (stream) => stream.write({ read_material: `sha256:${'0'.repeat(64)}` }),
  receipt(stream, { idempotency_key: detail }) {
    stream.write({ receipt: { response_code: 201, detail } })
    stream.end()
  },
  failure(stream) {
    const failure = { error_class: 'throttled', message: 'slow down', retry_after_ms: 5000 }
    stream.write({ failure: { ...failure, response_code: 429 } })
    stream.end()
  },
  nothing: (stream) => stream.end(),
  hang: () => undefined,
  status: (stream) =>
    stream.emit('error', { code: status.INVALID_ARGUMENT, details: 'no such queue' }),
  crash: (stream) => stream.emit('error', { code: status.INTERNAL, details: 'oops' }),
}

function begin(stream: Stream, delivery: NonNullable<DeliverMessage['delivery']>): void {
  seen.push(delivery)
  deeds[delivery.attachment.fields.deed.stringValue]?.(stream, delivery)
}

beforeAll(async () => {
  server = await startGrpcPlugin({
    describe: (_call: unknown, answer: (error: null, value: object) => void) =>
      answer(null, describe),
    validate(
      {
        request,
      }: { request: { registration: { fields: Record<string, { stringValue: string }> } } },
      answer: (error: null, value: object) => void,
    ) {
      const token = request.registration.fields['token']?.stringValue
      if (token === 'wrong') answer(null, { problem: 'the token is not known' })
      else answer(null, { facts: { owner: 'security' } })
    },
    deliver(stream: Stream) {
      const pieces: Buffer[] = []
      stream.on('data', ({ delivery, chunk }) => {
        if (delivery) begin(stream, delivery)
        if (chunk) pieces.push(chunk.data)
        if (chunk?.end || chunk?.problem) {
          stream.write({ receipt: { detail: chunk.problem || String(Buffer.concat(pieces)) } })
          stream.end()
        }
      })
    },
  })
  plugin = await openRemotePlugin(server.address)
})

afterAll(async () => {
  await plugin[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const request = (deed: string, fields: Partial<DeliveryRequest> = {}): DeliveryRequest => ({
  attestation: exampleAttestation,
  materials: [],
  registration: { token: 't' },
  attachment: { deed },
  texts: { title: 'a title' },
  idempotencyKey: 'key-1',
  signal: new AbortController().signal,
  ...fields,
})

test('it says what it is, and gets the filters and templates of every attachment', () => {
  expect(plugin).toMatchObject({
    id: 'tickets',
    secretSettings: ['token'],
    texts: ['title'],
    validatesRegistration: true,
    validatesAttachment: false,
    attachmentSchema: {
      properties: { deed: {}, filter_expression: {}, template_title: {} },
    },
  })
})

test('it delivers, and its receipt is the log', async () => {
  expect(await plugin.deliver(request('receipt'))).toEqual({ responseCode: 201, detail: 'key-1' })
  expect(seen.at(-1)).toMatchObject({
    attestation: { project: 'shop', workflow: 'build', bundle: expect.any(Buffer) },
    texts: { title: 'a title' },
  })
})

test('it reads materials of the delivery piece by piece, and no others', async () => {
  const materials = [exampleMaterial('the content')]

  expect(await plugin.deliver(request('read', { materials }))).toEqual({ detail: 'the content' })
  expect(await plugin.deliver(request('steal', { materials }))).toEqual({
    detail: 'this material is not part of the delivery',
  })
})

test.each([
  ['failure', { errorClass: 'throttled', message: 'slow down', retryAfterMs: 5000 }],
  ['nothing', { errorClass: 'retryable', message: 'the plugin ended without a receipt' }],
  ['status', { errorClass: 'permanent', message: expect.stringContaining('no such queue') }],
  ['crash', { errorClass: 'retryable', message: expect.stringContaining('oops') }],
])('how it fails is how it is tried again: %s', async (deed, expected) => {
  await expect(plugin.deliver(request(deed))).rejects.toMatchObject(expected)
})

test('it is left when its time is over', async () => {
  const hanging = plugin.deliver(request('hang', { signal: AbortSignal.timeout(50) }))

  await expect(hanging).rejects.toMatchObject({ errorClass: 'retryable' })
})

test('it validates settings, and says what is wrong with them', async () => {
  const { signal } = new AbortController()
  const tried = (token: string) =>
    plugin.validate({ registration: { token }, attachment: undefined, signal })

  expect(await tried('right')).toEqual({ owner: 'security' })
  await expect(tried('wrong')).rejects.toThrow('the token is not known')
})

test('one that shows no previews says so', async () => {
  await expect(plugin.preview(request('receipt'))).rejects.toMatchObject({
    errorClass: 'permanent',
  })
})

test('one that is not well gets no work', async () => {
  await using sick = await startGrpcPlugin({
    describe: (_call: unknown, answer: (error: null, value: object) => void) =>
      answer(null, describe),
  })
  await using opened = await openRemotePlugin(sick.address)
  sick.health = 'NOT_SERVING'
  const before = seen.length

  await expect(openRemotePlugin(sick.address)).rejects.toThrow('does not serve')
  expect(opened.id).toBe('tickets')
  expect(seen).toHaveLength(before)
})

test('an address where nobody serves is a failure', async () => {
  await expect(openRemotePlugin('grpc://127.0.0.1:1')).rejects.toThrow(/ECONNREFUSED|connect/)
})
