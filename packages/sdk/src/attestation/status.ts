import {
  describeRequirement,
  missingRequirements,
} from '@chainloop/attestation/contract/missing-requirements'

import type { Session } from './session.ts'

/** A run in progress, and everything that stands between it and a push. */
export interface AttestationStatus {
  readonly session: Session
  /** One sentence for each thing that the contract asks for and that is not there yet. */
  readonly outstanding: readonly string[]
}

export function attestationStatus(session: Session): AttestationStatus {
  const { contract, materials, annotations, env } = session.state
  const missing = missingRequirements(contract, { materials, annotations, env })
  return { session, outstanding: missing.map(describeRequirement) }
}
