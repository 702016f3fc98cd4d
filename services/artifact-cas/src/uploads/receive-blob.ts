import { invalid } from '@chainloop/kit/errors'

import type { Transfer } from '../auth/transfer.ts'
import type { BlobBackend, Bytes, DeclaredBlob } from '../backends/backend.ts'
import { sizeMismatch } from '../backends/refusals.ts'
import type { Context } from '../context.ts'
import type { Pace } from './arriving.ts'
import { assertWithin, limited } from './limited.ts'

export interface Upload {
  readonly blob: DeclaredBlob
  readonly bytes: Bytes
  /** How fast they have to come; undefined where somebody else watches that. */
  readonly pace: Pace | undefined
}

type Deps = Pick<Context, 'events' | 'receipts' | 'storage'>

/**
 * Stores what a client sends, reports it to the control plane, and gives the bytes that were stored: 0 when the
 * bytes need not be sent, which only a project hears that holds them already. Throws `invalid` (DIGEST_MISMATCH,
 * SIZE_MISMATCH, TOKEN_FOR_ANOTHER_BLOB), `exhausted` (BLOB_TOO_LARGE, STORAGE_FULL), `aborted` (TRANSFER_IDLE, TRANSFER_SLOW),
 * `unavailable` (RECEIPT_NOT_RECORDED).
 */
export async function receiveBlob(
  { events, receipts, storage }: Deps,
  transfer: Transfer,
  { blob, bytes, pace }: Upload,
): Promise<number> {
  const limits = { declaredBytes: blob.size ?? transfer.size, maxBytes: transfer.maxBytes }
  assertAllowed(transfer, blob)
  assertWithin(limits.declaredBytes ?? 0, limits)
  const backend = await storage.open(transfer)
  const receipt = { transfer, digest: blob.digest, fileName: blob.name }

  const held = await heldSize(backend, transfer, blob)
  if (held !== undefined) {
    await receipts.report({ ...receipt, size: held, deduplicated: true })
    events.uploaded({ bytes: 0, deduplicated: true })
    return 0
  }

  const allowed = limited(bytes, { ...limits, pace }, events.received)
  const { size, existed } = await backend.put({ ...blob, size: limits.declaredBytes }, allowed)
  await receipts.report({ ...receipt, size, deduplicated: existed })
  events.uploaded({ bytes: size, deduplicated: existed })
  return size
}

/** A token that names a blob is good for no other. */
function assertAllowed(transfer: Transfer, { digest, size }: DeclaredBlob): void {
  if (transfer.digest !== undefined && transfer.digest !== digest) {
    throw invalid('the token is for another blob', { reason: 'TOKEN_FOR_ANOTHER_BLOB' })
  }
  if (transfer.size !== undefined && size !== undefined && transfer.size !== size) {
    throw sizeMismatch(transfer.size, `${size} are announced now`)
  }
}

/** Bytes; undefined unless the token says that its project holds this very blob, and the storage has it. */
async function heldSize(
  backend: BlobBackend,
  transfer: Transfer,
  { digest, size }: DeclaredBlob,
): Promise<number | undefined> {
  if (!transfer.possessed || transfer.digest !== digest) return undefined
  const found = await backend.stat(digest)
  return found && (size === undefined || size === found.size) ? found.size : undefined
}
