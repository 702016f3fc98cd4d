import type { PolicyAttachment } from '../contract/contract.ts'
import type { MaterialKind } from '../materials/material-kind.ts'

export interface PolicyInput {
  readonly name: string
  readonly required: boolean
  /** Empty: none. */
  readonly default: string
}

/** What is known of a policy without evaluating it. */
export interface PolicyDocument {
  readonly name: string
  readonly inputs: readonly PolicyInput[]
  /** Where the scripts are that it does not contain, as it is written. */
  readonly scripts: readonly string[]
}

export interface PolicyGroupDocument {
  readonly name: string
  readonly inputs: readonly PolicyInput[]
  readonly materials: readonly GroupMaterial[]
  /** Of all its materials and of the attestation. */
  readonly policies: readonly PolicyAttachment[]
}

/** A name makes it one that runs have to present. */
export interface GroupMaterial {
  readonly type: MaterialKind | undefined
  /** May contain `{{ inputs.x }}`. Empty: any. */
  readonly name: string
  readonly optional: boolean
}
