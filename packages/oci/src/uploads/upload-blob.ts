import { assertDigest, type Digest } from '../digest.ts'
import { isOciError } from '../errors.ts'
import type { Repository } from '../registry.ts'
import { pause } from '../transport/retry.ts'
import { sendChunks } from './chunked.ts'
import { sendWhole } from './monolithic.ts'
import { openUpload, type Upload } from './open-upload.ts'

export interface BlobUpload {
  readonly digest: Digest
  /** Bytes. Unknown: the blob goes in chunks. */
  readonly size?: number
  /** Bytes, a stream that is read once, or a function that opens it, again for each try. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>)
  /**
   * Bytes of a chunk, which is held in memory, so that what gets lost can be sent again. Default: everything in one
   * request when `size` is known, else 8 MiB.
   */
  readonly chunkSize?: number
  /** False: the caller knows that the content is what the digest says. The registry compares anyway. */
  readonly verify?: boolean
  /** In one request: without a byte taken for so long the upload fails. Default: 60,000. */
  readonly stallTimeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_CHUNK_SIZE = 8 << 20
const MAX_TRIES = 3

/**
 * Distribution specification §Pushing blobs, in constant memory and at the pace of the registry. Content that is
 * not what `digest` and `size` say is not finished, and what was sent of it is cancelled. Throws `OciError`.
 */
export async function uploadBlob(repository: Repository, upload: BlobUpload): Promise<void> {
  assertDigest(upload.digest)
  const tries = isRepeatable(upload) ? MAX_TRIES : 1
  for (let attempt = 1; ; attempt += 1) {
    try {
      await tryOnce(repository, upload)
      return
    } catch (cause) {
      if (!isOciError(cause, 'unavailable') || attempt >= tries) throw cause
      await pause({ ...repository.registry.retry, attempt: attempt - 1 }, upload.signal)
    }
  }
}

async function tryOnce(repository: Repository, upload: BlobUpload): Promise<void> {
  const session = await openUpload(repository, upload.signal)
  try {
    const { size, chunkSize = DEFAULT_CHUNK_SIZE } = upload
    const { retry } = repository.registry
    if (size !== undefined && upload.chunkSize === undefined) {
      await sendWhole(session, { ...upload, size })
    } else {
      await sendChunks(session, { ...upload, chunkSize, retry })
    }
  } catch (cause) {
    await cancel(session)
    throw cause
  }
}

/** What the registry keeps of it would be in nobody's way, only in its storage; so a failure is none. */
async function cancel(session: Upload): Promise<void> {
  await session.cancel().catch(() => undefined)
}

function isRepeatable({ content }: BlobUpload): boolean {
  return typeof content === 'function' || content instanceof Uint8Array
}
