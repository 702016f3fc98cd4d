import { DomainError, forbidden } from '@chainloop/kit/errors'

import type { Transfer } from '../auth/transfer.ts'
import type { BlobBackend, Stored } from '../backends/backend.ts'
import type { Context } from '../context.ts'
import type { Digest } from '../digest.ts'
import { findBlob, type Found } from '../downloads/find-blob.ts'
import { BlobDamaged } from '../downloads/read-blob.ts'
import { verifyBlob } from './verify-blob.ts'

export interface Copy {
  readonly source: Transfer
  readonly target: Transfer
  readonly digest: Digest
  readonly signal: AbortSignal
}

/**
 * From one backend of an organization to another. The target compares the bytes with the digest before they become
 * visible; what it had already is read, and replaced if it is damaged. Throws `not_found`, and `BlobDamaged` when the
 * source's bytes are others.
 */
export async function copyBlob(
  ctx: Pick<Context, 'pool' | 'storage'>,
  { source, target, digest, signal }: Copy,
): Promise<Stored> {
  if (source.organizationId !== target.organizationId) {
    throw forbidden('a blob is not copied to another organization', { reason: 'OTHER_TENANT' })
  }
  const from = await findBlob(ctx, source, digest)
  const to = await ctx.storage.open(target)
  const stored = await put(to, from)
  if (!stored.existed) return stored
  const verdict = await verifyBlob(ctx, { backend: to, digest }, { bytesPerSecond: 0, signal })
  if (verdict.condition === 'sound') return stored
  await to.remove?.(digest)
  const again = await put(to, from)
  if (again.existed) throw new BlobDamaged(`${digest} is damaged where it goes`)
  return again
}

async function put(to: BlobBackend, { backend, info }: Found): Promise<Stored> {
  try {
    return await to.put(info, await backend.get(info.digest))
  } catch (cause) {
    if (cause instanceof DomainError && MISMATCH.has(cause.reason)) {
      throw new BlobDamaged(`${info.digest} is damaged where it is`)
    }
    throw cause
  }
}

const MISMATCH = new Set<unknown>(['DIGEST_MISMATCH', 'SIZE_MISMATCH'])
