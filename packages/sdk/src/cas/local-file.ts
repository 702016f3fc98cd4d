import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'

import type { Digest } from '@chainloop/attestation/digest'

import { fileBlocks } from './file-blocks.ts'
import { MESSAGE_BYTES, type Blob } from './upload.ts'

/** A file by its content: read once to know its digest. Rejects with Node's error when it cannot be read. */
export async function localFile(path: string, name: string = basename(path)): Promise<Blob> {
  const hash = createHash('sha256')
  let size = 0
  for await (const block of fileBlocks(path)) {
    hash.update(block)
    size += block.byteLength
  }
  const digest: Digest = `sha256:${hash.digest('hex')}`
  return {
    name,
    digest,
    size,
    open: () => readFileChunks(path),
    openAt: (offset) => fileBlocks(path, offset),
  }
}

/** Chunks that own their buffer and fit one message of an upload. */
async function* readFileChunks(path: string): AsyncGenerator<Uint8Array> {
  await using file = await open(path, 'r')
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(MESSAGE_BYTES))
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
