import type { ColumnType } from 'kysely'

/** Bytes by digest, whoever refers to them. */
export interface PolicyDocumentRow {
  organization_id: string
  /** `sha256:<hex>`. */
  digest: string
  content: ColumnType<Uint8Array, Uint8Array, never>
  created_at: ColumnType<Date, undefined, never>
}

export interface ContractPinRow {
  organization_id: string
  contract_revision_id: string
  /** From 0. */
  position: number
  kind: 'policy' | 'policy_group' | 'script'
  reference: string
  referrer: string
  location: string
  digest: string
  size: number
}

export interface ContractPinSchema {
  policy_documents: PolicyDocumentRow
  contract_pins: ContractPinRow
}
