import { getBlob } from '@chainloop/oci/blobs'
import type { Repository } from '@chainloop/oci/registry'

import type { Digest } from '../../digest.ts'
import type { BlobStream, Bytes, Range } from '../backend.ts'
import { blobNotFound } from '../refusals.ts'
import { noBytes, resumingRead } from '../remote/resuming-read.ts'
import { ociError } from './errors.ts'
import { findBlob } from './shelf.ts'

export async function openBlob(
  repository: Repository,
  digest: Digest,
  range?: Range,
): Promise<BlobStream> {
  const found = await findBlob(repository, digest)
  if (!found) throw blobNotFound(digest)
  const wanted = range ?? { start: 0, end: found.size }
  const open = ({ start, end }: Range): Promise<Bytes> =>
    readRange(repository, digest, start === 0 && end === found.size ? undefined : { start, end })
  if (wanted.start >= wanted.end) return noBytes()
  return resumingRead(await open(wanted), wanted, open)
}

async function readRange(
  repository: Repository,
  digest: Digest,
  range: Range | undefined,
): Promise<Bytes> {
  try {
    const part = range && { range: { start: range.start, end: range.end - 1 } }
    const { body } = await getBlob(repository, digest, { ...part, verify: false })
    return named(body as AsyncIterable<Uint8Array>)
  } catch (cause) {
    throw ociError(cause)
  }
}

async function* named(body: AsyncIterable<Uint8Array>): Bytes {
  try {
    yield* body
  } catch (cause) {
    throw ociError(cause)
  }
}
