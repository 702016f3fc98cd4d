/** What the process ends with; scripts of CI depend on it. */
export const EXIT = {
  done: 0,
  /** Refused or failed. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The attestation is stored, but a gate is closed. */
  gate: 4,
  /** A defect of this program. */
  bug: 70,
} as const

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** What was asked for cannot be done; not a defect. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly hint: string | undefined
  /** Who asks is not known. */
  readonly unauthenticated: boolean

  constructor(
    message: string,
    more?: string | { readonly hint: string; readonly unauthenticated: boolean },
  ) {
    super(message)
    const { hint, unauthenticated = false } = typeof more === 'object' ? more : { hint: more }
    this.hint = hint
    this.unauthenticated = unauthenticated
  }
}
