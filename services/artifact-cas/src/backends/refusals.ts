import { type DomainError, exhausted, invalid, notFound } from '@chainloop/kit/errors'

import type { Digest } from '../digest.ts'
import type { DeclaredBlob } from './backend.ts'

/** Unknown, foreign and forbidden blobs are refused in these same words. */
export function blobNotFound(digest: Digest): DomainError {
  return notFound('blob', digest)
}

/** Throws unless the bytes were what the client had declared. */
export function assertDeclared(
  declared: DeclaredBlob,
  found: { readonly digest: Digest; readonly size: number },
): void {
  if (declared.size !== undefined && declared.size !== found.size) {
    throw sizeMismatch(declared.size, `${found.size} arrived`)
  }
  if (declared.digest !== found.digest) {
    throw invalid(`the bytes have digest ${found.digest}, not ${declared.digest}`, {
      reason: 'DIGEST_MISMATCH',
      metadata: { declared: declared.digest, found: found.digest },
    })
  }
}

export function sizeMismatch(declaredBytes: number, seen: string): DomainError {
  return invalid(`${declaredBytes} bytes were declared, but ${seen}`, { reason: 'SIZE_MISMATCH' })
}

export function tooLarge(maxBytes: number): DomainError {
  return exhausted(`the storage takes at most ${maxBytes} bytes per blob`, {
    reason: 'BLOB_TOO_LARGE',
  })
}

/** No space, over the quota, over the size limit of a file. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** A full disk is the operator's to solve, and the client's to know; other failures stay what they are. */
export function storageFailure(cause: unknown): unknown {
  const code =
    cause !== null && typeof cause === 'object' && 'code' in cause ? cause.code : undefined
  if (typeof code !== 'string' || !FULL.has(code)) return cause
  return exhausted('the storage is full', { reason: 'STORAGE_FULL', cause })
}
