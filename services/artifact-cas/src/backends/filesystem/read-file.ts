import type { FileHandle } from 'node:fs/promises'

import type { BlobStream, Range } from '../backend.ts'

/** Six of them wait per download; one fits into one message of gRPC. */
const BLOCK_BYTES = (1 << 18) - 64

/** The bytes of a range in blocks of 256 KiB, nearly. Blocks that come back are filled again. Closes the file at its end. */
export function readFile(file: FileHandle, { start, end }: Range): BlobStream {
  const free: Uint8Array<ArrayBuffer>[] = []

  async function* blocks(): AsyncGenerator<Uint8Array> {
    try {
      for (let at = start; at < end;) {
        const wanted = Math.min(BLOCK_BYTES, end - at)
        const block = free.pop() ?? new Uint8Array(wanted)
        const { bytesRead } = await file.read(block, 0, wanted, at)
        if (bytesRead === 0) throw new Error(`the file ends at ${at} instead of ${end}`)
        at += bytesRead
        yield bytesRead === BLOCK_BYTES ? block : block.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  }

  const generator = blocks()
  return {
    [Symbol.asyncIterator]: () => generator,
    release(block) {
      if (block.buffer.byteLength === BLOCK_BYTES) free.push(new Uint8Array(block.buffer))
    },
  }
}
