import type { ColumnType, Generated } from 'kysely'

import type { GeneratedAt, JsonColumn } from './columns.ts'

export interface ProvenanceRow {
  run_id: string
  organization_id: string
  project_id: string
  project_version_id: string
  /** `summarized`: nothing is left to do. */
  state: Generated<'pending' | 'signed' | 'summarized'>
  subjects: JsonColumn<readonly { name: string; digest: string; material: string; kind: string }[]>
  /** The version is released when the provenance is there, in this name; null: nobody has asked. */
  released_by: ColumnType<
    { readonly kind: string; readonly id: string; readonly name: string } | null,
    string | null | undefined,
    string
  >
  due_at: GeneratedAt
  attempts: Generated<number>
  last_error: Generated<string>
  build_level: number | null
  level_reason: Generated<string>
  builder_id: Generated<string>
  bundle: Uint8Array | null
  digest: string | null
  issued_at: Date | null
  created_at: GeneratedAt
}

export interface ProvenanceSubjectRow {
  organization_id: string
  digest: string
  run_id: string
}

export interface VerificationSummaryRow {
  id: Generated<string>
  organization_id: string
  project_id: string
  run_id: string
  subject_digest: string
  subject_name: string
  resource_uri: string
  result: 'PASSED' | 'FAILED'
  verified_levels: string[]
  reasons: JsonColumn<readonly string[]>
  bundle: Uint8Array
  bundle_digest: string
  envelope: Uint8Array
  envelope_digest: string
  verified_at: Date
  created_at: GeneratedAt
}

export interface BuilderRow {
  id: Generated<string>
  organization_id: string
  /** Empty where a signer is named. */
  issuer: Generated<string>
  signer_id: string | null
  builder: string
  max_level: number
  created_by: string
  created_at: GeneratedAt
}

export interface ProvenanceSchema {
  provenances: ProvenanceRow
  provenance_subjects: ProvenanceSubjectRow
  verification_summaries: VerificationSummaryRow
  builders: BuilderRow
}
