import { setTimeout as sleep } from 'node:timers/promises'

import type { BlobBackend } from '../backends/backend.ts'
import type { Context } from '../context.ts'
import type { Digest } from '../digest.ts'
import { BlobDamaged, readBlob } from '../downloads/read-blob.ts'

export interface Verdict {
  readonly condition: 'sound' | 'missing' | 'rotten'
  /** Bytes that were read. */
  readonly size: number
  /** What is wrong, for operators. */
  readonly detail: string
}

export interface Pace {
  /** 0 is as fast as it goes. */
  readonly bytesPerSecond: number
  readonly signal: AbortSignal
}

/** Reads a blob and hashes it, no faster than asked. */
export async function verifyBlob(
  ctx: Pick<Context, 'pool'>,
  { backend, digest }: { readonly backend: BlobBackend; readonly digest: Digest },
  pace: Pace,
): Promise<Verdict> {
  const info = await backend.stat(digest)
  if (!info) return { condition: 'missing', size: 0, detail: 'the storage does not have it' }
  const started = performance.now()
  let size = 0
  try {
    for await (const block of readBlob({ ...ctx, events: QUIET }, { backend, info })) {
      size += block.byteLength
      await wait(pace, size, started)
    }
    return { condition: 'sound', size, detail: '' }
  } catch (cause) {
    if (cause instanceof BlobDamaged) return { condition: 'rotten', size, detail: cause.message }
    throw cause
  }
}

/** Nobody was sent these bytes. */
const QUIET = { received: () => {}, sent: () => {}, uploaded: () => {} }

async function wait(
  { bytesPerSecond, signal }: Pace,
  size: number,
  started: number,
): Promise<void> {
  if (bytesPerSecond === 0) return
  const earlyMs = (size / bytesPerSecond) * 1000 - (performance.now() - started)
  if (earlyMs > 1) await sleep(earlyMs, undefined, { signal })
}
