import { hasherOf, type Digest } from './digest.ts'
import { OciError } from './errors.ts'

export interface Expected {
  readonly digest: Digest
  /** Bytes; undefined: whatever the digest says. */
  readonly size: number | undefined
}

/**
 * Passes the bytes on and throws `OciError` (mismatch) when they are not those expected. The last chunk is held back
 * until all have been judged: who counts bytes instead of waiting for the end does not get them all either.
 */
export async function* verifyBytes(
  source: AsyncIterable<Uint8Array>,
  { digest, size }: Expected,
): AsyncGenerator<Uint8Array> {
  const hash = hasherOf(digest)
  let seen = 0
  let held: Uint8Array | undefined
  for await (const chunk of source) {
    seen += chunk.byteLength
    if (size !== undefined && seen > size) throw mismatch(digest, `more than ${size} bytes`)
    hash.update(chunk)
    if (held !== undefined) yield held
    held = chunk
  }
  if (size !== undefined && seen !== size) throw mismatch(digest, `${seen} of ${size} bytes`)
  if (!digest.endsWith(`:${hash.digest('hex')}`)) throw mismatch(digest, 'other bytes')
  if (held !== undefined) yield held
}

function mismatch(digest: Digest, what: string): OciError {
  return new OciError('mismatch', `${digest}: ${what}`)
}
