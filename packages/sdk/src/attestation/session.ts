import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'

/** A run between init and push, as it is kept from one command to the next. */
export interface Session {
  readonly state: CraftingState
  /** Good for this run and nothing else. Absent in a dry run and in remote state, which is joined. */
  readonly runToken?: RunToken | undefined
  /** Page of the run; empty when the installation has no dashboard. */
  readonly dashboardUrl: string
  /** A bundle that was sent without an answer: sent again as it is, so that nothing is stored twice. */
  readonly unanswered?: Unanswered | undefined
}

export interface RunToken {
  readonly token: string
  readonly expiresAt: Date
}

export interface Unanswered {
  readonly bundle: Uint8Array
  /** What was asked to be signed; a different wish makes a new bundle. */
  readonly fingerprint: string
}

export class NotInitialized extends Error {
  override readonly name = 'NotInitialized'

  constructor(message = 'no attestation has been started here') {
    super(message)
  }
}

export class AlreadyInitialized extends Error {
  override readonly name = 'AlreadyInitialized'

  constructor() {
    super('an attestation is in progress already')
  }
}
