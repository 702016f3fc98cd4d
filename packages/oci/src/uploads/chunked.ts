import { isOciError, OciError } from '../errors.ts'
import { attemptsOf, pause, type RetryOptions } from '../transport/retry.ts'
import { verified, type Content } from './content.ts'
import { endOf, type Upload } from './open-upload.ts'

interface Chunk {
  readonly bytes: Buffer
  /** Bytes of the blob before it. */
  readonly offset: number
}

export interface Chunking extends Content {
  readonly chunkSize: number
  readonly retry: RetryOptions
}

/** Distribution specification §Pushing a blob in chunks. One chunk is in memory at a time. */
export async function sendChunks(session: Upload, upload: Chunking): Promise<void> {
  const { digest, signal } = upload
  const size = Math.max(upload.chunkSize, session.minChunk)
  for await (const chunk of chunksOf(upload, size)) await sendChunk(session, chunk, upload)
  await session.send({
    method: 'PUT',
    query: `digest=${encodeURIComponent(digest)}`,
    headers: { 'content-length': '0' },
    expected: [201],
    signal,
  })
}

async function* chunksOf(upload: Chunking, size: number): AsyncGenerator<Chunk> {
  let parts: Uint8Array[] = []
  let held = 0
  let offset = 0
  for await (const part of verified(upload)) {
    for (let rest = part; rest.length > 0;) {
      const fitting = rest.subarray(0, size - held)
      parts.push(fitting)
      held += fitting.length
      rest = rest.subarray(fitting.length)
      if (held < size) continue
      yield { bytes: Buffer.concat(parts), offset }
      offset += held
      parts = []
      held = 0
    }
  }
  if (held > 0) yield { bytes: Buffer.concat(parts), offset }
}

/** Sends one chunk; after trouble only what the registry does not have yet. */
async function sendChunk(
  session: Upload,
  { bytes, offset }: Chunk,
  upload: Chunking,
): Promise<void> {
  const end = offset + bytes.length
  let sent = offset
  for (let attempt = 0; sent < end; attempt += 1) {
    try {
      sent = await patch(session, { bytes: bytes.subarray(sent - offset), offset: sent }, upload)
    } catch (cause) {
      if (!mayContinue(cause) || attempt + 1 >= attemptsOf(upload.retry)) throw cause
      await pause({ ...upload.retry, attempt }, upload.signal)
      sent = await session.received().catch(() => Promise.reject(cause))
    }
    if (sent < offset || sent > end) {
      throw new OciError(
        'malformed',
        `the registry has ${sent} bytes, between ${offset} and ${end} were sent`,
      )
    }
  }
}

/** How many bytes the registry has then. */
async function patch(
  session: Upload,
  { bytes, offset }: Chunk,
  { signal }: Chunking,
): Promise<number> {
  const end = offset + bytes.length
  const answer = await session.send({
    method: 'PATCH',
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.length),
      'content-range': `${offset}-${end - 1}`,
    },
    body: bytes,
    expected: [202],
    signal,
  })
  const has = endOf(answer)
  return has === 0 ? end : has
}

/** 416: the registry expects another chunk than this one. */
function mayContinue(cause: unknown): boolean {
  return isOciError(cause, 'unavailable') || (cause instanceof OciError && cause.status === 416)
}
