import { randomBytes } from 'node:crypto'

import { DomainError, invalid } from '@chainloop/kit/errors'

import type { BlobBackend } from '../backends/backend.ts'
import { sha256 } from '../digest.ts'

/**
 * Writes and reads a few random bytes, and removes them where the storage can. Throws `invalid` (BACKEND_UNUSABLE)
 * with what the storage said, or what the opening of it threw.
 */
export async function probeBackend(open: () => Promise<BlobBackend>): Promise<void> {
  try {
    const backend = await open()
    const bytes = randomBytes(32)
    const digest = sha256(bytes)
    await backend.put({ digest, size: bytes.length, name: 'chainloop-probe' }, once(bytes))
    const read = await collect(await backend.get(digest))
    if (sha256(read) !== digest) throw new Error('it gives back other bytes than it was given')
    await backend.remove?.(digest)
  } catch (cause) {
    if (cause instanceof DomainError) throw cause
    throw invalid(`the storage cannot be used: ${messageOf(cause)}`, {
      reason: 'BACKEND_UNUSABLE',
      cause,
    })
  }
}

/** A copy: blocks are consumed. */
async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield new Uint8Array(bytes)
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts)
}

const MAX_MESSAGE = 500

function messageOf(cause: unknown): string {
  const message = typeof cause === 'object' && cause !== null && 'message' in cause && cause.message
  return String(message || 'no reason was given').slice(0, MAX_MESSAGE)
}
