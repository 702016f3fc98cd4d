import { createGuardedConnect } from '@chainloop/kit/egress/guarded-connect'
import { afterAll, expect, test } from '@jest/globals'

import { exampleAttestation } from '../testing/attestation.ts'
import { exampleMaterial } from '../testing/material.ts'
import { startReceiver } from '../testing/receiver.ts'
import { describePlugin } from './description.ts'
import { type HostedPlugin, hostPlugin } from './hosted-plugin.ts'
import type { DeliveryRequest } from './runner.ts'
import { poison } from './testing/poison.ts'

const from = new URL('testing/', import.meta.url).href
const module = { specifier: `${from}poison.ts`, from }
const limits = {
  memoryMb: 96,
  hangMs: 1500,
  graceMs: 300,
  requestTimeoutMs: 10_000,
  loadMs: 20_000,
}

function host(allow = ['127.0.0.1']): HostedPlugin {
  const connect = createGuardedConnect({ allow })
  return hostPlugin(describePlugin(poison), { module, limits, connect })
}

const shared = host()
const poisoned = host()
afterAll(async () => {
  await shared[Symbol.asyncDispose]()
  await poisoned[Symbol.asyncDispose]()
})

const request = (deed: string, fields: Partial<DeliveryRequest> = {}): DeliveryRequest => ({
  attestation: exampleAttestation,
  materials: [],
  registration: {},
  attachment: { deed },
  texts: {},
  idempotencyKey: 'key-1',
  signal: new AbortController().signal,
  ...fields,
})

test('a delivery goes out through a connection that the worker made', async () => {
  await using receiver = await startReceiver()

  const receipts = await Promise.all(
    Array.from({ length: 20 }, () =>
      shared.deliver(request('send', { registration: { target: receiver.url } })),
    ),
  )

  expect(receipts).toEqual(receipts.map(() => ({ responseCode: 200, detail: 'ok' })))
  expect(receiver.requests.map(({ body }) => body)).toEqual(receipts.map(() => 'hello'))
})

test('an address that is not public is refused as anywhere', async () => {
  await using guarded = host([])
  await using receiver = await startReceiver()
  const to = { registration: { target: receiver.url } }

  await expect(guarded.deliver(request('send', to))).rejects.toMatchObject({
    errorClass: 'permanent',
    message: expect.stringMatching(/not allowed: its address is not public/),
  })
  expect(receiver.requests).toEqual([])
})

test.each([
  'socket',
  'unixSocket',
  'tls',
  'http',
  'fetch',
  'websocket',
  'udp',
  'listen',
  'dns',
  'spawn',
  'thread',
  'read',
  'write',
  'kill',
])('a plugin cannot go its own way: %s', async (deed) => {
  await using receiver = await startReceiver()
  const to = { registration: { target: receiver.url } }

  await expect(shared.deliver(request(deed, to))).rejects.toMatchObject({
    message: expect.stringMatching(/restricted|ACCESS_DENIED|is not a function/),
  })
  expect(receiver.requests).toEqual([])
})

test('its process has no variables of the worker but whom to trust', async () => {
  const trusted = process.env['NODE_EXTRA_CA_CERTS']
  expect(await shared.deliver(request('environment'))).toEqual({
    detail: JSON.stringify(trusted === undefined ? [] : ['NODE_EXTRA_CA_CERTS']),
  })
})

test('materials come piece by piece, and what the worker cannot give is a failure', async () => {
  const big = exampleMaterial('x'.repeat(3 << 20))
  const many = {
    ...exampleMaterial('y'),
    async *open() {
      for (let at = 0; at < 100; at += 1) yield Buffer.alloc(1000)
    },
  }
  const lost = {
    ...exampleMaterial('z'),
    // oxlint-disable-next-line require-yield -- it fails at once
    async *open() {
      throw new Error('the store is down')
    },
  }
  const read = (...materials: DeliveryRequest['materials']) =>
    shared.deliver(request('readMaterials', { materials }))

  expect(await read(big, many)).toEqual({ detail: `${3 << 20} 100000` })
  await expect(read(lost)).rejects.toMatchObject({
    errorClass: 'retryable',
    message: 'the store is down',
  })
})

test('validation tells what the target said, or what is wrong', async () => {
  const { signal } = new AbortController()
  const tried = (registration: object) =>
    shared.validate({ registration: { ...registration }, attachment: undefined, signal })

  expect(await tried({})).toEqual({ name: 'the target' })
  await expect(tried({ password: 'wrong' })).rejects.toThrow('the target does not know wrong')
})

test('a preview shows the request and sends nothing', async () => {
  await using receiver = await startReceiver()

  const shown = await shared.preview(request('send', { registration: { target: receiver.url } }))

  expect(shown).toEqual([{ target: `POST ${receiver.url}`, headers: {}, body: 'hello' }])
  expect(receiver.requests).toEqual([])
})

test.each([
  ['throw', 'retryable', 'I am poisoned'],
  ['throwLater', 'retryable', 'threw outside of a delivery: I am poisoned'],
  ['exit', 'retryable', 'it stopped by itself'],
  ['lie', 'retryable', 'it said what no plugin says'],
  ['block', 'retryable', 'it did not answer any more'],
  ['leak', 'retryable', /memory|did not answer/],
  ['leakBuffers', 'retryable', 'it used more memory than it may'],
])(
  'a plugin that does this harms its own deliveries at most: %s',
  async (deed, errorClass, message) => {
    const failing = poisoned.deliver(request(deed))
    const well = shared.deliver(request('nothing'))

    await expect(failing).rejects.toMatchObject({
      errorClass,
      message: expect.stringMatching(message),
    })
    expect(await well).toEqual({ detail: 'done' })
    expect(await poisoned.deliver(request('nothing'))).toEqual({ detail: 'done' })
  },
)

test('a delivery that does not stop is left behind, and the process replaced', async () => {
  const abort = new AbortController()
  await poisoned.deliver(request('nothing'))
  const hanging = poisoned.deliver(request('hang', { signal: abort.signal }))
  abort.abort(new DOMException('too late', 'TimeoutError'))

  await expect(hanging).rejects.toMatchObject({ message: 'the target did not answer in time' })
  expect(await poisoned.deliver(request('nothing'))).toEqual({ detail: 'done' })
})

test('a module that cannot be loaded is not tried again at once', async () => {
  const options = { module: { specifier: './nowhere.ts', from }, limits }
  const connect = createGuardedConnect({ allow: [] })
  await using missing = hostPlugin(describePlugin(poison), { ...options, connect })

  await expect(missing.deliver(request('nothing'))).rejects.toThrow(/cannot be loaded.*nowhere/)
  await expect(missing.deliver(request('nothing'))).rejects.toMatchObject({
    errorClass: 'throttled',
    retryAfterMs: expect.any(Number),
  })
})
