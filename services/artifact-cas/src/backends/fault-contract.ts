import { randomBytes } from 'node:crypto'

import { createMetrics } from '@chainloop/kit/metrics'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, afterEach, beforeAll, describe, test } from '@jest/globals'

import { sha256 } from '../digest.ts'
import { readBlob } from '../downloads/read-blob.ts'
import { createEvents } from '../events.ts'
import type { Fault, Seen } from '../testing/storage/fault-proxy.ts'
import type { TroubledBackend } from '../testing/storage/trouble.ts'
import { chunks, declared } from './backend-contract.ts'

const isWrite = ({ method }: Seen) => ['PUT', 'POST', 'PATCH'].includes(method)
const isRead = ({ method, path }: Seen) => method === 'GET' && !/manifests|list|prefix/.test(path)
const always = () => true

const first =
  (fault: Fault, times = 1) =>
  (at: number) =>
    at < times ? fault : undefined
const every = (fault: Fault) => () => fault

export interface FaultOptions {
  /** Undefined: its server is not here. */
  readonly open: (() => Promise<TroubledBackend>) | undefined
  /** What this storage says when it is busy. */
  readonly busy: readonly number[]
  /** How long a storage may say nothing is not tried: the client waits for minutes on purpose. */
  readonly patient?: boolean
}

/** The outcome table of docs/backends/README.md, against a real server behind a proxy that makes trouble. */
export function describeFaults(name: string, { open, busy, patient = false }: FaultOptions): void {
  const ifHere = open ? describe : describe.skip
  ifHere(`trouble with ${name}`, () => {
    let world: TroubledBackend
    beforeAll(async () => {
      if (open) world = await open()
    })
    afterEach(() => world.proxy.heal())
    afterAll(async () => world[Symbol.asyncDispose]())

    const sizes = [10_000, 700_000]
    const put = (content: Uint8Array) => world.backend.put(declared(content), chunks(content))
    async function isVisible(content: Uint8Array): Promise<boolean> {
      world.proxy.heal()
      return (await world.backend.stat(sha256(content))) !== undefined
    }
    async function download(content: Uint8Array): Promise<Buffer> {
      const { backend, deps } = world
      const info = { digest: sha256(content), size: content.byteLength, name: '' }
      const parts: Buffer[] = []
      const events = createEvents(createMetrics({ service: 'tests', version: '0' }))
      const bytes = readBlob({ pool: deps.pool, events }, { backend, info })
      for await (const block of bytes) parts.push(Buffer.from(block))
      return Buffer.concat(parts)
    }

    const passing: [string, Fault][] = [
      ...busy.map((status): [string, Fault] => [
        `answers ${status} once`,
        { kind: 'status', status },
      ]),
      ['breaks a connection', { kind: 'reset' }],
      ['is slow', { kind: 'slow', ms: 40 }],
    ]
    test.each(passing)('storage that %s: the upload succeeds', async (_what, fault) => {
      for (const size of sizes) {
        const content = randomBytes(size)
        world.proxy.inject(isWrite, first(fault))

        expect(await put(content)).toEqual({ size, existed: false })
        world.proxy.heal()
        expect(sha256(await download(content))).toBe(sha256(content))
      }
    })

    const lasting: [string, Fault, { code: string; reason: string }][] = [
      [
        'answers 503',
        { kind: 'status', status: 503 },
        { code: 'unavailable', reason: 'STORAGE_UNAVAILABLE' },
      ],
      [
        'answers 500',
        { kind: 'status', status: 500 },
        { code: 'unavailable', reason: 'STORAGE_UNAVAILABLE' },
      ],
      [
        'breaks connections',
        { kind: 'reset' },
        { code: 'unavailable', reason: 'STORAGE_UNAVAILABLE' },
      ],
      ['is full', { kind: 'status', status: 507 }, { code: 'exhausted', reason: 'STORAGE_FULL' }],
      [
        'refuses the credentials',
        { kind: 'status', status: 403 },
        { code: 'conflict', reason: 'STORAGE_REFUSED' },
      ],
    ]
    test.each(lasting)(
      'storage that %s: the client is told, and nothing is visible',
      async (_what, fault, failure) => {
        for (const size of sizes) {
          const content = randomBytes(size)
          world.proxy.inject(isWrite, every(fault))

          await expect(put(content)).rejects.toMatchObject(failure)
          expect(await isVisible(content)).toBe(false)
        }
      },
    )

    if (!patient) {
      test('storage that says nothing is given up, and nothing is visible', async () => {
        const content = randomBytes(10_000)
        world.proxy.inject(isWrite, every({ kind: 'silence' }))

        await expect(put(content)).toFailWith('unavailable')
        expect(await isVisible(content)).toBe(false)
      })
    }

    test('credentials that are refused midway leave nothing that is visible', async () => {
      const content = randomBytes(700_000)
      world.proxy.inject(isWrite, (at) => (at < 2 ? undefined : { kind: 'status', status: 403 }))

      await expect(put(content)).rejects.toMatchObject({ reason: 'STORAGE_REFUSED' })
      expect(await isVisible(content)).toBe(false)
      expect(await put(content)).toMatchObject({ existed: false })
    })

    test('a failing question is not taken for an answer', async () => {
      const content = randomBytes(10)
      await put(content)
      world.proxy.inject(always, every({ kind: 'status', status: 500 }))

      await expect(world.backend.stat(sha256(content))).toFailWith('unavailable')
      await expect(world.backend.get(sha256(content))).toFailWith('unavailable')
    })

    const mended: [string, (at: number) => Fault | undefined][] = [
      ['breaks off', first({ kind: 'cut', after: 100_000 })],
      [
        'breaks off again and again',
        (at) => (at < 6 ? { kind: 'cut', after: 100_000 } : undefined),
      ],
      ['breaks off before the first byte', first({ kind: 'reset' })],
      ['announces more than there is', every({ kind: 'lie', by: 1000 })],
      ['is busy', first({ kind: 'status', status: 503 })],
    ]
    test.each(mended)('a download that %s comes out right', async (_what, fault) => {
      const content = randomBytes(700_000)
      await put(content)
      world.proxy.inject(isRead, fault)

      expect(sha256(await download(content))).toBe(sha256(content))
    })

    const broken: [string, Fault][] = [
      ['always breaks off', { kind: 'cut', after: 0 }],
      ['announces less than there is', { kind: 'lie', by: -1000 }],
      ['has a wrong bit', { kind: 'rot' }],
    ]
    test.each(broken)('a download that %s ends in an error', async (_what, fault) => {
      const content = randomBytes(300_000)
      await put(content)
      world.proxy.inject(isRead, every(fault))

      await expect(download(content)).rejects.toThrow()
    })

    test('a list that lags behind changes nothing for those who know the digest', async () => {
      const content = randomBytes(100)
      await put(content)
      const isList = ({ path }: Seen) => /prefix=|_catalog|comp=list/.test(path)
      world.proxy.inject(isList, every({ kind: 'status', status: 503 }))

      expect(await world.backend.stat(sha256(content))).toMatchObject({ size: 100 })
      expect(await put(content)).toMatchObject({ existed: true })
      expect(sha256(await download(content))).toBe(sha256(content))
    })
  })
}
