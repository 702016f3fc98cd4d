import { randomBytes } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { type Digest, sha256 } from '../../digest.ts'
import { remoteDeps } from '../../testing/storage/remote-deps.ts'
import { chunks, declared } from '../backend-contract.ts'
import { createPartBuffers } from './part-buffers.ts'
import { type PartStorage, putInParts } from './put-in-parts.ts'

const PART = 100_000

/** Storage in memory that writes down what it is told; `fail` decides on a part before it is kept. */
function memoryStorage(fail: (index: number) => Promise<void> = async () => {}) {
  const blobs = new Map<Digest, Buffer>()
  const log: string[] = []
  const storage: PartStorage = {
    parallelParts: 2,
    maxParts: 20,
    keepsParts: false,
    async stat(digest) {
      const found = blobs.get(digest)
      return found && { digest, size: found.byteLength, name: 'first' }
    },
    async whole({ digest }, content, known) {
      blobs.set(digest, Buffer.from(content))
      return known ? 'existed' : 'stored'
    },
    async begin({ digest }) {
      const parts: Buffer[] = []
      log.push('begin')
      return {
        async send(index, content) {
          await fail(index)
          parts[index] = Buffer.from(content)
          log.push(`part ${index}`)
        },
        async complete(known) {
          log.push('complete')
          blobs.set(digest, Buffer.concat(parts))
          return known ? 'existed' : 'stored'
        },
        async abort() {
          log.push('abort')
        },
      }
    },
  }
  return { storage, blobs, log }
}

test('a client that is slow keeps no buffer from others', async () => {
  await using deps = await remoteDeps()
  const only = { ...deps, buffers: createPartBuffers(1, PART) }
  const { storage, blobs } = memoryStorage()
  const gate = Promise.withResolvers<void>()
  const [slow, fast] = [randomBytes(3 * PART), randomBytes(3 * PART)]
  const dripping = async function* () {
    yield* chunks(slow.subarray(0, PART + 10))
    await gate.promise
    yield* chunks(slow.subarray(PART + 10))
  }
  const late = putInParts(only, storage, { blob: declared(slow), bytes: dripping() })

  await putInParts(only, storage, { blob: declared(fast), bytes: chunks(fast) })
  expect([...blobs.keys()]).toEqual([sha256(fast)])
  gate.resolve()
  await late
  expect(sha256(blobs.get(sha256(slow)) ?? Buffer.alloc(0))).toBe(sha256(slow))
})

test('nothing is completed before the last byte was compared, and nothing is sent after an end', async () => {
  await using deps = await remoteDeps({ partBytes: PART })
  const { storage, blobs, log } = memoryStorage()
  const content = randomBytes(4 * PART)
  const blob = { ...declared(content), digest: sha256(Buffer.from('x')) }

  await expect(putInParts(deps, storage, { blob, bytes: chunks(content) })).toFailWith('invalid')
  expect(log.at(0)).toBe('begin')
  expect(log.at(-1)).toBe('abort')
  expect(log).not.toContain('complete')
  expect(blobs.size).toBe(0)
})

test('a part that fails ends the upload when the others are over', async () => {
  await using deps = await remoteDeps({ partBytes: PART })
  const begun = Promise.withResolvers<void>()
  const other = Promise.withResolvers<void>()
  const { storage, log } = memoryStorage(async (index) => {
    if (index === 0) {
      begun.resolve()
      await other.promise
    }
    if (index === 1) {
      await begun.promise
      throw new RangeError('part 1 failed')
    }
  })
  const content = randomBytes(10 * PART)
  const put = putInParts(deps, storage, { blob: declared(content), bytes: chunks(content) })
  const failed = expect(put).rejects.toThrow('part 1 failed')
  setImmediate(() => other.resolve())
  await failed

  expect(log).toEqual(['begin', 'part 0', 'abort'])
})

test('what is larger than the storage takes is refused, before it is sent if that is known', async () => {
  await using deps = await remoteDeps({ partBytes: PART })
  const { storage, log } = memoryStorage()
  const content = randomBytes(20 * PART + 1)

  await expect(
    putInParts(deps, storage, { blob: declared(content), bytes: chunks(content) }),
  ).toFailWith('exhausted')
  expect(log).toEqual([])

  const blob = { ...declared(content), size: undefined }
  await expect(putInParts(deps, storage, { blob, bytes: chunks(content) })).toFailWith('exhausted')
  expect(log.at(-1)).toBe('abort')
})

test('storage that cannot forget parts gets none before everything was compared', async () => {
  await using deps = await remoteDeps({ partBytes: PART })
  const { storage, log } = memoryStorage()
  const content = randomBytes(4 * PART)
  const blob = { ...declared(content), digest: sha256(Buffer.from('x')) }
  const careful = { ...storage, keepsParts: true }

  await expect(putInParts(deps, careful, { blob, bytes: chunks(content) })).toFailWith('invalid')
  expect(log).toEqual([])
})

test('a damaged blob is replaced by the bytes that were compared', async () => {
  await using deps = await remoteDeps({ partBytes: PART })
  const { storage, blobs } = memoryStorage()
  const content = randomBytes(1000)
  blobs.set(sha256(content), Buffer.from('cut'))

  expect(
    await putInParts(deps, storage, { blob: declared(content), bytes: chunks(content) }),
  ).toEqual({ size: 1000, existed: false })
  expect(blobs.get(sha256(content))?.byteLength).toBe(1000)
})
