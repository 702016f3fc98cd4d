import type { JsonObject } from '../json/json-value.ts'
import type { MaterialKind } from '../materials/material-kind.ts'
import type { RunnerType } from '../runners/runner-type.ts'

/** What a run of a workflow has to present, as its operator declared it. */
export interface Contract {
  /** Which of the two accepted documents it was read from; v1 has no name and no envelope. */
  readonly shape: 'v1' | 'v2'
  readonly apiVersion: typeof CONTRACT_API_VERSION
  readonly kind: 'Contract'
  readonly metadata: ContractMetadata
  readonly spec: ContractSpec
}

export const CONTRACT_API_VERSION = 'chainloop.dev/v1'

export interface ContractMetadata {
  /** Empty for a v1 document. */
  readonly name: string
  readonly description: string
  readonly annotations: Readonly<Record<string, string>>
  readonly organization?: string
}

export interface ContractSpec {
  readonly materials: readonly MaterialRequirement[]
  /** Environment variables that must have a value when a run starts; they are recorded. */
  readonly envAllowList: readonly string[]
  readonly runner: { readonly type: RunnerType } | undefined
  /** About the attestation as a whole; an empty value has to be given by the run. */
  readonly annotations: readonly ContractAnnotation[]
  readonly policies: ContractPolicies
  readonly policyGroups: readonly PolicyGroupAttachment[]
}

export interface MaterialRequirement {
  readonly type: MaterialKind
  readonly name: string
  /** Meaningless when `group` is set. */
  readonly optional: boolean
  /** The material becomes a subject of the statement. */
  readonly output: boolean
  /** An empty value has to be given when the material is added. */
  readonly annotations: readonly ContractAnnotation[]
  readonly skipUpload: boolean
  /** Materials that share a group: at least one of them is required. Empty: none. */
  readonly group: string
}

export interface ContractAnnotation {
  readonly name: string
  readonly value: string
}

export interface ContractPolicies {
  readonly materials: readonly PolicyAttachment[]
  readonly attestation: readonly PolicyAttachment[]
}

/** Exactly one of `ref` and `embedded` is there. */
export interface PolicyAttachment {
  readonly ref?: string
  /** A whole policy document, kept as it was written. */
  readonly embedded?: JsonObject
  readonly selector?: { readonly name: string; readonly matchMode: MatchMode }
  readonly disabled: boolean
  readonly with: Readonly<Record<string, string>>
  readonly requirements: readonly string[]
  /** Absent: what the organization says. */
  readonly gate?: boolean
  /** Inputs whose value runs may give or change. */
  readonly runtimeInputs?: readonly string[]
  /** It is evaluated and recorded, and never blocks. */
  readonly shadow?: boolean
}

export type MatchMode = 'UNSPECIFIED' | 'EXACT' | 'PREFIX'

export interface PolicyGroupAttachment {
  readonly ref: string
  readonly with: Readonly<Record<string, string>>
  /** Names of the group's policies to leave out. */
  readonly skip: readonly string[]
  /** Overrides the gate of every policy of the group. */
  readonly gate?: boolean
  /** Its policies are evaluated and recorded, and never block. */
  readonly shadow?: boolean
}
