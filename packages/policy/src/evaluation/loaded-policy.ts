import type { PolicyReference } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Policy, PolicyGroup, PolicyScript } from '../documents/policy.ts'
import type { ScriptText } from '../languages/script-language.ts'

/** A policy with the texts of its scripts. */
export interface LoadedPolicy {
  readonly policy: Policy
  readonly reference: PolicyReference
  readonly texts: ReadonlyMap<PolicyScript, ScriptText>
}

export interface LoadedGroup {
  readonly group: PolicyGroup
  readonly reference: PolicyReference
}
