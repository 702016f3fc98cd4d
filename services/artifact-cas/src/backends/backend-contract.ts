import { randomBytes } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, describe, test } from '@jest/globals'

import { type Digest, sha256 } from '../digest.ts'
import type { BlobBackend, Bytes, DeclaredBlob, Range } from './backend.ts'

/** A storage that the suite may fill; `leftovers` counts what is stored beside the blobs and must be 0 at the end. */
export interface OpenBackend extends AsyncDisposable {
  readonly backend: BlobBackend
  /** The same storage for another organization. */
  readonly foreign: BlobBackend
  leftovers(): Promise<number>
  /** What this storage has no means for. */
  readonly lacks?: readonly ('remove' | 'list')[]
}

/** What every backend must do. */
export function describeBackend(name: string, open: () => Promise<OpenBackend>): void {
  describe(`backend (${name})`, () => {
    let world: OpenBackend
    beforeAll(async () => {
      world = await open()
    })
    afterAll(async () => world[Symbol.asyncDispose]())

    const sizes = [0, 1, 16_383, 32_768, 65_537, 1 << 20, (1 << 20) + 1, 3_500_001]

    test.each(sizes)('%d bytes come back as they were', async (size) => {
      const content = randomBytes(size)
      const blob = declared(content, `${size}.bin`)

      expect(await world.backend.put(blob, chunks(content))).toEqual({ size, existed: false })

      expect(await world.backend.stat(blob.digest)).toEqual({
        digest: blob.digest,
        size,
        name: `${size}.bin`,
      })
      expect(sha256(await read(world.backend, blob.digest))).toBe(sha256(content))
    })

    test.each([
      [0, 10],
      [5, 5],
      [1, 2],
      [1_048_575, 1_048_578],
      [2_999_990, 3_000_000],
    ])('the bytes from %d up to %d can be read alone', async (start, end) => {
      const content = Buffer.alloc(3_000_000, 'chainloop')
      const { digest } = declared(content)
      await world.backend.put(declared(content), chunks(content))

      expect(sha256(await read(world.backend, digest, { start, end }))).toBe(
        sha256(content.subarray(start, end)),
      )
    })

    test('equal bytes again change nothing, and say so', async () => {
      const content = randomBytes(100_000)
      await world.backend.put(declared(content, 'first'), chunks(content))

      expect(await world.backend.put(declared(content, 'second'), chunks(content))).toEqual({
        size: 100_000,
        existed: true,
      })
      expect(await world.backend.stat(sha256(content))).toMatchObject({ name: 'first' })
      expect(await world.leftovers()).toBe(0)
    })

    test('uploads of the same and of other bytes at the same time do not mix', async () => {
      const contents = Array.from({ length: 4 }, () => randomBytes(700_000))
      await Promise.all(
        [...contents, ...contents].map((content) =>
          world.backend.put(declared(content), chunks(content)),
        ),
      )

      for (const content of contents)
        expect(sha256(await read(world.backend, sha256(content)))).toBe(sha256(content))
      expect(await world.leftovers()).toBe(0)
    })

    const sample = randomBytes(300_000)
    const bad: [string, DeclaredBlob, () => Bytes, string][] = [
      [
        'another digest',
        { ...declared(sample), digest: sha256(randomBytes(8)) },
        () => chunks(sample),
        'digest',
      ],
      [
        'too few bytes',
        declared(sample),
        () => chunks(sample.subarray(1)),
        '300000 bytes were declared',
      ],
      [
        'too many bytes',
        declared(sample),
        () => chunks(Buffer.concat([sample, Buffer.from('x')])),
        '300000 bytes were declared',
      ],
      [
        'no bytes at all',
        declared(sample),
        () => chunks(Buffer.alloc(0)),
        '300000 bytes were declared',
      ],
      [
        'no size and another digest',
        { ...declared(sample), size: undefined },
        () => chunks(sample.subarray(1)),
        'digest',
      ],
    ]

    test.each(bad)('%s: refused, and nothing is left', async (_title, blob, bytes, message) => {
      await expect(world.backend.put(blob, bytes())).toFailWith('invalid', message)

      expect(await world.backend.stat(blob.digest)).toBeUndefined()
      expect(await world.leftovers()).toBe(0)
    })

    test.each([0, 1, 500_000])(
      'a source that breaks after %d bytes leaves nothing, and its own error',
      async (after) => {
        const whole = randomBytes(1_000_000)
        const broken = async function* (): Bytes {
          yield* chunks(whole.subarray(0, after))
          throw Object.assign(new Error('the client left'), { code: 'ECONNRESET' })
        }

        await expect(world.backend.put(declared(whole), broken())).rejects.toMatchObject({
          code: 'ECONNRESET',
        })

        expect(await world.backend.stat(sha256(whole))).toBeUndefined()
        expect(await world.leftovers()).toBe(0)
      },
    )

    test('a blob is not visible before it is whole', async () => {
      const whole = randomBytes(600_000)
      const seen: unknown[] = []
      const watched = async function* (): Bytes {
        for await (const chunk of chunks(whole)) {
          seen.push(await world.backend.stat(sha256(whole)))
          yield chunk
        }
        seen.push(await world.backend.stat(sha256(whole)))
      }
      await world.backend.put(declared(whole), watched())

      expect(new Set(seen)).toEqual(new Set([undefined]))
    })

    test('an unknown digest is not found, before the first byte', async () => {
      const unknown = sha256(randomBytes(8))

      expect(await world.backend.stat(unknown)).toBeUndefined()
      await expect(world.backend.get(unknown)).toFailWith('not_found', unknown)
    })

    test('what one organization stores another does not see', async () => {
      const secret = randomBytes(1000)
      await world.backend.put(declared(secret), chunks(secret))

      expect(await world.foreign.stat(sha256(secret))).toBeUndefined()
      await expect(world.foreign.get(sha256(secret))).toFailWith('not_found')
      expect(await world.foreign.put(declared(secret), chunks(secret))).toMatchObject({
        existed: false,
      })
    })

    test.each(['ümläut ☃.txt', 'a b"c;d=e.tar.gz', '.hidden', 'x'.repeat(255)])(
      'the name %j is kept',
      async (fileName) => {
        const bytes = randomBytes(10)
        await world.backend.put(declared(bytes, fileName), chunks(bytes))

        expect(await world.backend.stat(sha256(bytes))).toMatchObject({ name: fileName })
      },
    )

    test('what is removed is gone, once and again, and can be stored anew', async () => {
      const { backend, lacks = [] } = world
      expect(backend.remove === undefined).toBe(lacks.includes('remove'))
      const content = randomBytes(1000)
      const { digest } = declared(content)
      await backend.put(declared(content), chunks(content))
      await backend.remove?.(digest)
      await backend.remove?.(digest)

      expect((await backend.stat(digest)) === undefined).toBe(!lacks.includes('remove'))
      await backend.put(declared(content), chunks(content))
      expect(sha256(await read(backend, digest))).toBe(digest)
    })

    test('the list has every blob with its size and time, and none of other organizations', async () => {
      const { backend, foreign, lacks = [] } = world
      expect(backend.list === undefined).toBe(lacks.includes('list'))
      if (!backend.list) return
      const own = [randomBytes(10), randomBytes(20)]
      const other = randomBytes(30)
      for (const content of own) await backend.put(declared(content), chunks(content))
      await foreign.put(declared(other), chunks(other))
      const listed = new Map<Digest, { size: number; storedAt: Date }>()
      for await (const { digest, ...blob } of backend.list()) listed.set(digest, blob)

      for (const content of own) {
        expect(listed.get(sha256(content))).toMatchObject({ size: content.byteLength })
        expect(Math.abs(Number(listed.get(sha256(content))?.storedAt) - Date.now())).toBeLessThan(
          60_000,
        )
      }
      expect(listed.has(sha256(other))).toBe(false)
    })

    test('a reader that leaves early does no harm', async () => {
      const whole = randomBytes(3_000_000)
      await world.backend.put(declared(whole), chunks(whole))
      for await (const _ of await world.backend.get(sha256(whole))) break

      expect(sha256(await read(world.backend, sha256(whole)))).toBe(sha256(whole))
    })
  })
}

export function declared(content: Uint8Array, name = 'file'): DeclaredBlob {
  return { digest: sha256(content), size: content.byteLength, name }
}

/** Copies, as a backend takes its blocks away; of uneven sizes, small ones and slices of larger memory among them. */
export async function* chunks(content: Uint8Array): Bytes {
  const steps = [7, 40_000, 262_080, 1, 16_384, 65_536]
  let turn = 0
  for (let at = 0; at < content.byteLength;) {
    const step = steps[turn++ % steps.length] ?? 1
    yield turn % 2
      ? new Uint8Array(content.subarray(at, at + step))
      : Buffer.from(content.subarray(at, at + step))
    at += step
  }
}

export async function read(backend: BlobBackend, digest: Digest, range?: Range): Promise<Buffer> {
  const parts: Buffer[] = []
  const stream = await backend.get(digest, range)
  for await (const block of stream) {
    parts.push(Buffer.from(block))
    // What is handed back may be filled again at once.
    if (block.buffer instanceof ArrayBuffer) stream.release?.(new Uint8Array(block.buffer))
  }
  return Buffer.concat(parts)
}
