import type { PolicyReference } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Policy, PolicyGroup, PolicyScript } from '../documents/policy.ts'
import type { ScriptText } from '../languages/script-language.ts'

/** A policy with the texts of its scripts. */
export interface LoadedPolicy {
  readonly policy: Policy
  /** Absent for one that is embedded in a contract. */
  readonly reference: PolicyReference
  readonly texts: ReadonlyMap<PolicyScript, ScriptText>
}

export interface LoadedGroup {
  readonly group: PolicyGroup
  readonly reference: PolicyReference
}

/** Where documents and scripts come from: files beside a contract, pinned copies, a server. */
export interface PolicySource {
  /** Bytes of what the contract refers to. Throws when they are not there, or not those of the digest. */
  document(reference: string): Promise<SourceDocument>
  /** The text of a script; `from` is the document that refers to it. */
  script(reference: string, from: SourceDocument): Promise<ScriptText>
}

export interface SourceDocument {
  readonly bytes: Uint8Array
  readonly reference: PolicyReference
}
