import type { MatchMode, PolicyAttachment } from '@chainloop/attestation/contract/contract'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'

/** What an operator wants to hold for materials or for attestations. */
export interface Policy {
  readonly metadata: PolicyMetadata
  /** Those that fit a material run, and make up one verdict together. */
  readonly scripts: readonly PolicyScript[]
  readonly inputs: readonly PolicyInput[]
}

export interface PolicyMetadata {
  readonly name: string
  readonly description: string
  readonly annotations: Readonly<Record<string, string>>
  readonly organization: string
  /** What its findings are, if they are more than a message. */
  readonly findingType?: FindingType | undefined
}

export type FindingType = 'VULNERABILITY' | 'SAST' | 'LICENSE_VIOLATION'

export interface PolicyScript {
  /** Absent: whatever the attachment selects. */
  readonly kind?: MaterialKind | undefined
  /** Of attestation policies; empty: all. */
  readonly phases: readonly Phase[]
  /** Absent: what the source looks like. */
  readonly language?: Language | undefined
  readonly source: ScriptSource
}

export type Phase = 'INIT' | 'PUSH'

export type Language = 'rego' | 'cel' | 'json-schema'

/** The text itself, or where it is: a path beside the document, or a URL. */
export type ScriptSource = { readonly embedded: string } | { readonly ref: string }

export interface PolicyInput {
  readonly name: string
  readonly description: string
  readonly required: boolean
  /** Empty: none. */
  readonly default: string
}

/** Policies that belong together, and the materials that they want to see. */
export interface PolicyGroup {
  readonly metadata: PolicyMetadata
  readonly inputs: readonly PolicyInput[]
  readonly materials: readonly GroupMaterial[]
  readonly attestation: readonly PolicyAttachment[]
}

/** Those of its materials and those of the attestation. */
export function policiesOf({ materials, attestation }: PolicyGroup): readonly PolicyAttachment[] {
  return [...materials.flatMap(({ policies }) => policies), ...attestation]
}

export interface GroupMaterial {
  readonly type?: MaterialKind | undefined
  /** May hold `{{ inputs.x }}`. A named material becomes a requirement of the contract. */
  readonly name: string
  readonly optional: boolean
  readonly matchMode: MatchMode
  readonly policies: readonly PolicyAttachment[]
}
