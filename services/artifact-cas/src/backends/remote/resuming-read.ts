import { unavailable } from '@chainloop/kit/errors'

import type { Digest } from '../../digest.ts'
import type { BlobStream, Bytes, Range } from '../backend.ts'
import { blobNotFound } from '../refusals.ts'

const MAX_FAILURES = 3

/**
 * The bytes of a range, which `first` began to give. When they end early or break off, the rest is asked for again; three
 * failures in a row without a byte between them are the end.
 */
export function resumingRead(
  first: Bytes,
  range: Range,
  reopen: (rest: Range) => Promise<Bytes>,
): BlobStream {
  async function* blocks(): AsyncGenerator<Uint8Array> {
    let at = range.start
    let failures = 0
    let current: Bytes | undefined = first
    for (;;) {
      try {
        current ??= await reopen({ start: at, end: range.end })
        for await (const block of current) {
          const wanted = block.subarray(0, range.end - at)
          at += wanted.byteLength
          failures = 0
          yield wanted
          if (at >= range.end) return
        }
        if (at >= range.end) return
        throw cutShort(at, range)
      } catch (cause) {
        failures += 1
        if (failures > MAX_FAILURES) throw cause
        current = undefined
      }
    }
  }

  return { [Symbol.asyncIterator]: blocks }
}

/**
 * What `open` answers for a range, gone on with where it breaks off; an empty range is a question of whether the blob
 * `exists`.
 */
export async function readResuming(
  digest: Digest,
  range: Range | undefined,
  {
    exists,
    open,
  }: { readonly exists: () => Promise<boolean>; readonly open: (part?: Range) => Promise<Opened> },
): Promise<BlobStream> {
  if (range && range.start >= range.end) {
    if (!(await exists())) throw blobNotFound(digest)
    return noBytes()
  }
  const { body, size } = await open(range)
  const reopen = async (rest: Range): Promise<Bytes> => (await open(rest)).body
  return resumingRead(body, range ?? { start: 0, end: size }, reopen)
}

/** What the storage began to give: of the whole blob, `size` is its size in bytes. */
export interface Opened {
  readonly body: Bytes
  readonly size: number
}

/** An empty range. */
export async function* noBytes(): AsyncGenerator<Uint8Array> {}

function cutShort(at: number, { end }: Range): Error {
  return unavailable(`the storage ended a blob at ${at} instead of ${end}`, {
    reason: 'STORAGE_CUT_SHORT',
  })
}
