import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

import type { Blob } from '@chainloop/sdk/cas/upload'

export const MIB = 1 << 20

/** Bytes that nobody has to keep: the same for the same text, and others for every other. */
export async function generatedBlob(text: string, size: number): Promise<Blob> {
  const hash = createHash('sha256')
  for await (const block of blocks(text, size, 0)) hash.update(block)
  return {
    name: 'generated',
    digest: `sha256:${hash.digest('hex')}`,
    size,
    async *open() {
      for await (const block of blocks(text, size, 0)) yield Uint8Array.from(block)
    },
    openAt: (offset) => blocks(text, size, offset),
  }
}

async function* blocks(text: string, size: number, from: number): AsyncGenerator<Uint8Array> {
  // What a small blob costs should not be the making of it.
  const length = Math.min(MIB, Math.max(size, 4))
  const memory = Array.from({ length: size > MIB ? 2 : 1 }, () => Buffer.alloc(length, `${text} `))
  for (let at = from; at < size;) {
    const start = at % MIB
    const block = memory[Math.floor(at / MIB) % memory.length] ?? Buffer.alloc(MIB)
    block.writeUInt32BE(Math.floor(at / MIB))
    const end = Math.min(MIB, start + size - at)
    yield block.subarray(start, end)
    at += end - start
  }
}

/** Flushed, so that nobody pays for it later. */
export async function writeBlob(path: string, blob: Blob): Promise<string> {
  await using file = await open(path, 'w')
  for await (const block of blob.openAt?.(0) ?? []) await file.writeFile(block)
  await file.sync()
  return path
}

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
