import type { BlobStream, Bytes, Range } from '../backends/backend.ts'
import type { Context } from '../context.ts'
import type { Digest } from '../digest.ts'
import type { HashSession } from '../hashing/hash-pool.ts'
import type { Found } from './find-blob.ts'

/** What is stored is not what was stored once. */
export class BlobDamaged extends Error {
  override readonly name = 'BlobDamaged'
}

/**
 * The bytes of a blob. A block may be used until the next one is asked for. A whole blob is hashed as it passes, and
 * its last block comes only if the digest is right; else it throws `BlobDamaged`. A part cannot be verified.
 */
export async function* readBlob(
  { pool, events }: Pick<Context, 'pool' | 'events'>,
  { backend, info }: Found,
  range: Range = { start: 0, end: info.size },
): Bytes {
  const whole = range.start === 0 && range.end === info.size
  // Before the blob is opened: nothing may fail between that and the loop that closes it.
  const session = whole ? await pool.open({ giveBack: true }) : undefined
  const stream = await openOr(() => session?.abort(), backend.get(info.digest, range))
  for await (const block of session ? verified(stream, info, session) : readAhead(stream)) {
    events.sent(block.byteLength)
    yield block
  }
}

async function openOr<T>(onFailure: () => void, opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (cause) {
    onFailure()
    throw cause
  }
}

const MAX_BEHIND = 3

async function* verified(
  stream: BlobStream,
  { digest, size }: { readonly digest: Digest; readonly size: number },
  session: HashSession,
): Bytes {
  const hashing: Promise<void>[] = []
  let seen = 0
  const hash = async (block: Uint8Array): Promise<void> => {
    const back = await session.give(block)
    if (back) stream.release?.(back)
  }
  try {
    for await (const block of readAhead(stream)) {
      seen += block.byteLength
      if (seen >= size) {
        yield await hashedLast(session, { block, seen, digest, size })
        return
      }
      yield block
      // The hash is taken behind the sender's back; a failure shows at the end at the latest.
      hashing.push(hash(block))
      hashing.at(-1)?.catch(() => {})
      if (hashing.length > MAX_BEHIND) await hashing.shift()
    }
    await finish(session, { seen, digest, size })
  } finally {
    session.abort()
  }
}

/** Asks for the next block while this one is on its way to the client. */
async function* readAhead(bytes: Bytes): Bytes {
  const iterator = bytes[Symbol.asyncIterator]()
  let next = iterator.next()
  try {
    for (let step = await next; !step.done; step = await next) {
      next = iterator.next()
      next.catch(() => {})
      yield step.value
    }
  } finally {
    await iterator.return?.()
  }
}

interface Expected {
  readonly seen: number
  readonly digest: Digest
  readonly size: number
}

async function hashedLast(
  session: HashSession,
  { block, ...expected }: Expected & { block: Uint8Array },
): Promise<Uint8Array> {
  const back = await session.give(block)
  await finish(session, expected)
  if (!back) throw new Error('the hash session kept the last block')
  return back
}

async function finish(session: HashSession, { seen, digest, size }: Expected): Promise<void> {
  const found = await session.finish()
  if (found.digest === digest && seen === size) return
  throw new BlobDamaged(
    `stored as ${digest} with ${size} bytes, read as ${found.digest} with ${seen}`,
  )
}
