import { aborted } from '@chainloop/kit/errors'

import type { Bytes } from '../backends/backend.ts'
import { inTime } from '../idle.ts'

/** How slow a client may be. */
export interface Pace {
  /** Longest wait for more bytes, ms. */
  readonly idleTimeout: number
  /** Bytes per second of waiting, over as long as `idleTimeout`. */
  readonly minRate: number
}

/**
 * Passes blocks on as they come; throws `aborted` when they stop coming (TRANSFER_IDLE) or come in drops
 * (TRANSFER_SLOW). Only time that was spent waiting for the client counts.
 */
export async function* arriving(bytes: Bytes, { idleTimeout, minRate }: Pace): Bytes {
  let [waitedMs, came] = [0, 0]
  let since = performance.now()
  for await (const block of inTime(bytes, idleTimeout, idle)) {
    waitedMs += performance.now() - since
    came += block.byteLength
    if (waitedMs > idleTimeout) {
      if (came < (minRate * waitedMs) / 1000) throw slow(minRate)
      ;[waitedMs, came] = [0, 0]
    }
    yield block
    since = performance.now()
  }
}

function idle(idleMs: number): Error {
  return aborted(`no bytes came for ${idleMs / 1000} s`, { reason: 'TRANSFER_IDLE' })
}

function slow(minRate: number): Error {
  return aborted(`fewer than ${minRate} bytes per second came`, { reason: 'TRANSFER_SLOW' })
}
