import { randomBytes } from 'node:crypto'

import type { Transfer } from '../auth/transfer.ts'
import type { BlobBackend, BlobInfo } from '../backends/backend.ts'
import { blobNotFound } from '../backends/refusals.ts'
import type { Context } from '../context.ts'
import type { Digest } from '../digest.ts'

export interface Found {
  readonly backend: BlobBackend
  readonly info: BlobInfo
}

/**
 * Throws `not_found` for a blob that is not there and for one that the token is not for, after the same work: for the
 * latter something is looked up that is nowhere, so that no time depends on what is stored.
 */
export async function findBlob(
  { storage }: Pick<Context, 'storage'>,
  transfer: Transfer,
  digest: Digest,
): Promise<Found> {
  const backend = await storage.open(transfer)
  const allowed = transfer.digest === undefined || transfer.digest === digest
  const info = await backend.stat(allowed ? digest : nowhere())
  if (!info || !allowed) throw blobNotFound(digest)
  return { backend, info }
}

function nowhere(): Digest {
  return `sha256:${randomBytes(32).toString('hex')}`
}
