/** What an exception covers of one evaluation of a run. */
export interface ExceptionUse {
  readonly exceptionId: string
  /** Empty: the attestation. */
  readonly material: string
  /** Messages of the violations that it covers; empty: the policy gave no verdict. */
  readonly violations: readonly string[]
}

/** The same, with what the exception says. */
export interface AppliedException extends ExceptionUse {
  readonly policy: string
  readonly reason: string
  readonly expiresAt: Date
  /** Names. */
  readonly requestedBy: string
  readonly approvedBy: readonly string[]
}
