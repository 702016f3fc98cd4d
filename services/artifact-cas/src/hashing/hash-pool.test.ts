import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { sha256 } from '../digest.ts'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { createHashPool } from './hash-pool.ts'
import { ownBlock } from './own-block.ts'
import { receive } from './receive.ts'

const blocksOf = (content: Uint8Array, step: number) =>
  Array.from(
    { length: Math.ceil(content.length / step) },
    (_, index) => new Uint8Array(content.subarray(index * step, (index + 1) * step)),
  )

test('many sessions on few workers each get their own digest and file', async () => {
  await using directory = await temporaryDirectory()
  await using pool = createHashPool(2)
  const contents = Array.from({ length: 12 }, (_, index) => randomBytes(index * 50_000))
  const hashed = await Promise.all(
    contents.map((content, index) => {
      const bytes = (async function* () {
        yield* blocksOf(content, 33_333)
      })()
      return receive(pool, join(directory.path, String(index)), bytes)
    }),
  )

  for (const [index, content] of contents.entries()) {
    expect(hashed[index]).toEqual({ digest: sha256(content), size: content.length })
    expect(sha256(await readFile(join(directory.path, String(index))))).toBe(sha256(content))
  }
})

test('a file that cannot be written is an error with its code, for the block and for all after it', async () => {
  await using pool = createHashPool(1)
  await expect(pool.open({ file: '/nowhere/file' })).rejects.toMatchObject({ code: 'ENOENT' })

  const session = await pool.open({ file: '/dev/full' }).catch((cause: unknown) => cause)
  expect(session).toMatchObject({ code: 'EEXIST' })
})

test('blocks come back when asked for, and may be used again', async () => {
  await using pool = createHashPool(1)
  const session = await pool.open({ giveBack: true })
  const block = new Uint8Array(100_000).fill(1)
  const back = await session.give(block)
  const again = await session.give(back ?? new Uint8Array())

  expect(block.byteLength).toBe(0)
  expect(again?.byteLength).toBe(100_000)
  expect(await session.finish()).toEqual({
    digest: sha256(new Uint8Array(200_000).fill(1)),
    size: 200_000,
  })
})

test('an aborted session is over, also for whoever still waits', async () => {
  await using pool = createHashPool(1)
  const session = await pool.open()
  const pending = session.give(new Uint8Array(10))
  session.abort()

  await expect(pending).rejects.toThrow('aborted')
  await expect(session.finish()).rejects.toThrow('ended')
})

test('memory that others may use too is copied, memory of its own is handed over', () => {
  const slab = new Uint8Array(64 * 1024)
  const large = new Uint8Array(256 * 1024)

  expect(ownBlock(slab.subarray(0, 40_000)).buffer).not.toBe(slab.buffer)
  expect(ownBlock(slab.subarray(0, 100)).buffer).not.toBe(slab.buffer)
  expect(ownBlock(Buffer.from('small')).buffer.byteLength).toBe(5)
  expect(ownBlock(large.subarray(200)).buffer).toBe(large.buffer)
})

test('after the pool has ended nothing waits for ever', async () => {
  const pool = createHashPool(1)
  const session = await pool.open()
  const pending = session.give(new Uint8Array(10)).catch((cause: unknown) => cause)
  await pool[Symbol.asyncDispose]()

  await pending
  await expect(session.finish()).rejects.toThrow('ended')
})

test('blobs that are stored together become visible alone: a wrong or broken one keeps none from it', async () => {
  await using directory = await temporaryDirectory()
  await using pool = createHashPool(2)
  const contents = Array.from({ length: 40 }, (_, index) => randomBytes(index))
  const store = (content: Uint8Array, index: number, digest = sha256(content)) => {
    const folder = join(directory.path, 'blobs', String(index % 3))
    const to = { directory: folder, blob: join(folder, `${index}`), name: join(folder, 'name') }
    const file = join(directory.path, `file-${index}`)
    return pool.store(content, digest, { file, to, size: content.byteLength, name: 'n' })
  }
  const good = contents.map((content, index) => store(content, index))
  const wrong = store(Buffer.from('wrong'), 100, sha256(Buffer.from('other')))
  const broken = store(Buffer.from('taken'), 0)

  expect(await Promise.all(good)).toEqual(
    contents.map((content) => ({
      digest: sha256(content),
      size: content.byteLength,
      existed: false,
    })),
  )
  expect(await wrong).toMatchObject({ digest: sha256(Buffer.from('wrong')) })
  await expect(broken).rejects.toMatchObject({ code: 'EEXIST' })
  for (const [index, content] of contents.entries()) {
    const blob = join(directory.path, 'blobs', String(index % 3), String(index))
    expect((await readFile(blob)).equals(content)).toBe(true)
  }
  await expect(readFile(join(directory.path, 'blobs', '1', '100'))).rejects.toMatchObject({
    code: 'ENOENT',
  })
  expect(await store(contents[5] ?? Buffer.alloc(0), 5)).toMatchObject({ existed: true })
})
