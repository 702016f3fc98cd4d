import type { Pin } from '@chainloop/policy/references/close-references'

/** A contract's name and standing; its text is in its revisions. */
export interface Contract {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly description: string
  /** The only project whose workflows may use it; undefined: the whole organization. */
  readonly project: { readonly id: string; readonly name: string } | undefined
  readonly latestRevision: number
  readonly latestRevisionAt: Date
  /** The live workflows that use it. */
  readonly workflows: readonly ContractUser[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface ContractUser {
  readonly id: string
  readonly name: string
  readonly projectId: string
  readonly projectName: string
}

/** Never changes. */
export interface ContractRevision {
  readonly id: string
  readonly contractId: string
  /** From 1. */
  readonly revision: number
  /** Exactly as it was given. */
  readonly rawBody: Uint8Array
  readonly format: ContractFormat
  /** `sha256:<hex>` of `rawBody`. */
  readonly digest: string
  readonly description: string
  /** Everything that it refers to, as it was when it was written. */
  readonly pins: readonly Pin[]
  readonly createdAt: Date
}

export type ContractFormat = 'json' | 'yaml'
