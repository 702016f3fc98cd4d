import type { Transfer } from '../auth/transfer.ts'
import type { Digest } from '../digest.ts'

/** A blob that was hashed, compared and made durable. */
export interface Receipt {
  readonly transfer: Transfer
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly fileName: string
  readonly deduplicated: boolean
}

/** Who is told of every upload before its client is. */
export interface Receipts {
  /** Resolves when it is recorded; throws `unavailable`. Repeating it changes nothing. */
  report(receipt: Receipt): Promise<void>
}
