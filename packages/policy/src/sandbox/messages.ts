import type { ContractSpec } from '@chainloop/attestation/contract/contract'
import type { JsonObject, JsonValue } from '@chainloop/attestation/json/json-value'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import type { Budget } from '@chainloop/rego/evaluate/budget'

import type { Phase } from '../documents/policy.ts'
import type { RuntimeInput } from '../inputs/runtime-inputs.ts'
import type { ScriptHttpRequest, ScriptHttpResponse } from '../languages/script-language.ts'
import type { Closure } from '../references/close-references.ts'

/** One evaluation, as it is sent to the process that does it. */
export interface EvaluationJob {
  readonly contract: Pick<ContractSpec, 'policies' | 'policyGroups'>
  /** Everything that the contract refers to: no script can ask for more. */
  readonly closure: Closure
  /** Same contract and documents, same text: what was compiled for one is good for all. */
  readonly key: string
  readonly subject: MaterialSubject | AttestationSubject
  readonly settings: JobSettings
}

export interface MaterialSubject {
  readonly type: 'material'
  readonly kind: MaterialKind
  readonly name: string
  readonly content: Uint8Array
  /** What is known about it: `chainloop_metadata`. */
  readonly metadata: JsonObject
}

export interface AttestationSubject {
  readonly type: 'attestation'
  /** The statement as JSON. */
  readonly statement: Uint8Array
  readonly phase: Phase
  readonly metadata: JsonObject
}

export interface JobSettings {
  readonly gateByDefault: boolean
  readonly now: Date
  readonly hostnames: readonly string[]
  /** Whether scripts may use the network at all, and look digests up. */
  readonly mayFetch: boolean
  readonly mayDiscover: boolean
  /** Of one script. */
  readonly budget: Budget
  readonly maxDocumentBytes: number
  readonly runtimeInputs: readonly RuntimeInput[]
}

export type ToChild =
  | { readonly type: 'evaluate'; readonly job: EvaluationJob }
  | { readonly type: 'answer'; readonly call: number; readonly answer: Answer }

export type Answer =
  | { readonly value: ScriptHttpResponse | JsonValue }
  | { readonly failure: string }

export type ToParent =
  | { readonly type: 'ready' }
  | { readonly type: 'evaluated'; readonly evaluations: readonly PolicyEvaluation[] }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'fetch'; readonly call: number; readonly request: ScriptHttpRequest }
  | {
      readonly type: 'discover'
      readonly call: number
      readonly digest: string
      readonly kind: string
    }
