import type { ColumnType, Generated } from 'kysely'

export interface SignerRow {
  id: Generated<string>
  organization_id: string
  name: string
  kind: string
  fingerprint: string
  purpose: Generated<string>
  material: ColumnType<Uint8Array, Uint8Array, never>
  identity: string
  issuer: string
  all_projects: boolean
  not_before: ColumnType<Date, Date, never>
  not_after: ColumnType<Date | null, Date | null, never>
  created_by: string
  created_at: ColumnType<Date, undefined, never>
  removed_at: Date | null
}

export interface SignerProjectRow {
  organization_id: string
  signer_id: string
  project_id: string
}

export interface SignerSchema {
  signers: SignerRow
  signer_projects: SignerProjectRow
}
