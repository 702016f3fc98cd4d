import { exhausted } from '@chainloop/kit/errors'

import type { Bytes } from '../backends/backend.ts'
import { sizeMismatch } from '../backends/refusals.ts'
import { arriving, type Pace } from './arriving.ts'

export interface Limits {
  /** Undefined when the client did not say. */
  readonly declaredBytes: number | undefined
  readonly maxBytes: number | undefined
  /** Undefined where somebody else watches that. */
  readonly pace: Pace | undefined
}

/** Passes blocks on as long as they keep within the limits; exactly the limit is within it. */
export async function* limited(
  bytes: Bytes,
  limits: Limits,
  onBytes: (count: number) => void,
): Bytes {
  let total = 0
  const { pace } = limits
  for await (const block of pace === undefined ? bytes : arriving(bytes, pace)) {
    total += block.byteLength
    assertWithin(total, limits)
    onBytes(block.byteLength)
    yield block
  }
}

/** Also for sizes that are only declared, before any byte has come. */
export function assertWithin(
  size: number,
  { declaredBytes, maxBytes }: Omit<Limits, 'pace'>,
): void {
  if (maxBytes !== undefined && size > maxBytes) {
    throw exhausted(`the storage takes at most ${maxBytes} bytes per blob`, {
      reason: 'BLOB_TOO_LARGE',
    })
  }
  if (declaredBytes !== undefined && size > declaredBytes)
    throw sizeMismatch(declaredBytes, 'more arrived')
}
