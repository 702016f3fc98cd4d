import type { Bytes, DeclaredBlob } from '../backend.ts'
import { sizeMismatch } from '../refusals.ts'

const SMALL_BYTES = 64 * 1024

/** Whether a blob is stored in one go; one whose size nobody says is not. */
export function isSmall({ size }: DeclaredBlob): boolean {
  return size !== undefined && size <= SMALL_BYTES
}

/** All bytes of a small blob. Throws `invalid` (SIZE_MISMATCH) as soon as they are more than declared, or end before. */
export async function collectSmall({ size = 0 }: DeclaredBlob, bytes: Bytes): Promise<Uint8Array> {
  const content = new Uint8Array(size)
  let at = 0
  for await (const block of bytes) {
    if (at + block.byteLength > size) throw sizeMismatch(size, 'more arrived')
    content.set(block, at)
    at += block.byteLength
  }
  if (at < size) throw sizeMismatch(size, `${at} arrived`)
  return content
}
