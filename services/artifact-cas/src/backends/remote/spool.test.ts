import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'

import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { sha256 } from '../../digest.ts'
import { remoteDeps } from '../../testing/storage/remote-deps.ts'
import { chunks } from '../backend-contract.ts'
import { createPartBuffers } from './part-buffers.ts'
import { createSpool } from './spool.ts'

test.each([0, 10, 65_536, 65_537, 1_000_000])(
  '%d bytes can be read as they come, and again',
  async (size) => {
    await using deps = await remoteDeps()
    const content = randomBytes(size)
    await using spool = createSpool(deps, chunks(content))
    for (let round = 0; round < 2; round += 1) {
      const parts: Buffer[] = []
      for (let at = 0; at < size;) {
        const part = Buffer.alloc(100_000)
        const count = await spool.read(part, at)
        parts.push(part.subarray(0, count))
        at += count
      }
      expect(sha256(Buffer.concat(parts))).toBe(sha256(content))
    }
    expect(await spool.found).toEqual({ digest: sha256(content), size })
  },
)

test('its file has no name, so that nothing is left of it whatever dies', async () => {
  await using deps = await remoteDeps()
  await using spool = createSpool(deps, chunks(randomBytes(500_000)))
  await spool.found

  expect(await readdir(deps.directory)).toEqual([])
})

test('who waits for bytes hears why they do not come', async () => {
  await using deps = await remoteDeps()
  const broken = async function* () {
    yield randomBytes(10)
    throw new RangeError('gone')
  }
  await using spool = createSpool(deps, broken())

  await expect(spool.arrived(11)).rejects.toThrow('gone')
  await expect(spool.found).rejects.toThrow('gone')
})

test('buffers are lent to so many at once, one after the other, and none after a failure', async () => {
  const buffers = createPartBuffers(2, 16)
  const gate = Promise.withResolvers<void>()
  let inUse = 0
  let most = 0
  const seen = new Set<Uint8Array>()
  const use = (failing: boolean) =>
    buffers.lend(async (buffer) => {
      most = Math.max(most, (inUse += 1))
      await gate.promise
      inUse -= 1
      if (failing) {
        seen.add(buffer)
        throw new Error('failed')
      }
      expect(seen.has(buffer)).toBe(false)
    })
  const all = [true, false, true, false, false].map((failing) => use(failing).catch(() => {}))
  gate.resolve()
  await Promise.all(all)

  expect(most).toBe(2)
})
