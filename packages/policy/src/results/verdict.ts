import type { JsonObject } from '@chainloop/attestation/json/json-value'

/** What one script said about one thing. */
export interface Verdict {
  /** As if the script had not run. */
  readonly ignored: boolean
  /** The thing is none of its concern: neither passed nor failed. */
  readonly skipped: boolean
  readonly skipReason: string
  readonly violations: readonly Violation[]
}

export interface Violation {
  readonly message: string
  /** Known and accepted: kept, never blocking. */
  readonly suppressed: boolean
  /** What is known besides the message, in the shape of the policy's finding type. */
  readonly finding?: JsonObject | undefined
}

/** A script's result is not what its policy promises. */
export class InvalidResult extends Error {
  override readonly name = 'InvalidResult'
}
