import { randomBytes } from 'node:crypto'

import { DomainError, type ErrorCode, invalid } from '@chainloop/kit/errors'

import type { BlobBackend } from '../backends/backend.ts'
import { sha256 } from '../digest.ts'

/** The same for all: storage that cannot remove keeps one probe per process, not one per try. */
const BYTES = randomBytes(32)
const DIGEST = sha256(BYTES)

/**
 * Writes and reads a few random bytes, and removes them where the storage can. Throws `invalid` (BACKEND_UNUSABLE)
 * with what the storage said, or what the opening of it threw.
 */
export async function probeBackend(open: () => Promise<BlobBackend>): Promise<void> {
  try {
    const backend = await open()
    // Another probe of this process may have removed the bytes in between.
    await tryOut(backend).catch((cause: unknown) =>
      is(cause, 'not_found') ? tryOut(backend) : fail(cause),
    )
    await backend
      .remove?.(DIGEST)
      .catch((cause: unknown) => is(cause, 'unimplemented') || fail(cause))
  } catch (cause) {
    if (cause instanceof DomainError) throw cause
    throw invalid(`the storage cannot be used: ${messageOf(cause)}`, {
      reason: 'BACKEND_UNUSABLE',
      cause,
    })
  }
}

async function tryOut(backend: BlobBackend): Promise<void> {
  await backend.put({ digest: DIGEST, size: BYTES.length, name: 'chainloop-probe' }, once(BYTES))
  const read = await collect(await backend.get(DIGEST))
  if (sha256(read) !== DIGEST) throw new Error('it gives back other bytes than it was given')
}

function is(cause: unknown, code: ErrorCode): boolean {
  return cause instanceof DomainError && cause.code === code
}

function fail(cause: unknown): never {
  throw cause
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
  const message =
    typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : undefined
  return typeof message === 'string' && message !== ''
    ? message.slice(0, MAX_MESSAGE)
    : 'no reason was given'
}
