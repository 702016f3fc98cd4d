import type { ColumnType, Generated } from 'kysely'

import type { Bytes, GeneratedAt, JsonColumn, Row, TenantRow } from './columns.ts'
import type { ContractPinSchema } from './contract-pin-schema.ts'
import type { EvidenceSchema } from './evidence-schema.ts'
import type { FanOutSchema } from './fan-out-schema.ts'
import type { OnceSchema } from './once-schema.ts'
import type { PeopleSchema } from './people-schema.ts'
import type { PluginTaskSchema } from './plugin-task-schema.ts'
import type { PolicySchema } from './policy-schema.ts'
import type { PolicyStoreSchema } from './policy-store-schema.ts'
import type { ProvenanceSchema } from './provenance-schema.ts'
import type { QuotaSchema } from './quota-schema.ts'
import type { SignerSchema } from './signer-schema.ts'
import type { StorageSchema } from './storage-schema.ts'
import type { TransparencySchema } from './transparency-schema.ts'
import type { TrustSchema } from './trust-schema.ts'

export interface OrganizationRow extends Row {
  name: string
  suspended: Generated<boolean>
  block_on_policy_violation: Generated<boolean>
  policies_allowed_hostnames: Generated<string[]>
  prevent_implicit_workflow_creation: Generated<boolean>
  restrict_contract_creation_to_org_admins: Generated<boolean>
  api_token_max_days_inactive: number | null
  enable_ai_agent_collector: Generated<boolean>
  block_attestations_on_released_versions: Generated<boolean>
  skip_runner_env_vars: Generated<boolean>
  /** Anybody may read the organization's transparency log. */
  public_log: Generated<boolean>
  allow_job_contract_update: Generated<boolean>
  allow_old_contract_revisions: Generated<boolean>
  two_person_policy_exceptions: Generated<boolean>
  updated_at: GeneratedAt
  deleted_at: Date | null
}

export interface ProjectRow extends TenantRow {
  name: string
  description: Generated<string>
  updated_at: GeneratedAt
  deleted_at: Date | null
}

export interface ProjectVersionRow extends TenantRow {
  project_id: string
  version: string
  prerelease: Generated<boolean>
  latest: Generated<boolean>
  released_at: Date | null
  workflow_run_count: Generated<number>
  last_run_at: Date | null
  updated_at: GeneratedAt
  deleted_at: Date | null
}

export interface ApiTokenRow extends TenantRow {
  project_id: string | null
  name: string
  description: Generated<string>
  workflow_id: ColumnType<string | null, string | null | undefined, never>
  role: 'attester' | 'viewer' | 'operator'
  rights: Generated<string[]>
  created_by: string
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Date | null
}

export interface CasBackendRow extends TenantRow {
  name: string
  provider: string
  location: string
  description: Generated<string>
  is_default: Generated<boolean>
  is_fallback: Generated<boolean>
  managed: Generated<boolean>
  /** Bytes; 0 = no limit. */
  max_blob_bytes: Generated<number>
  secret_id: string | null
  /** Counts the rotations. */
  credentials_version: Generated<number>
  /** Counts the beginnings and ends of sweeps. */
  sweep_epoch: Generated<number>
  check_due_at: GeneratedAt
  validation_status: Generated<'ok' | 'invalid'>
  validation_error: string | null
  validated_at: GeneratedAt
  updated_at: GeneratedAt
  deleted_at: Date | null
}

export interface ContractRow extends TenantRow {
  /** Null: of the whole organization. */
  project_id: string | null
  name: string
  description: Generated<string>
  latest_revision: Generated<number>
  updated_at: GeneratedAt
  deleted_at: Date | null
}

export interface ContractRevisionRow extends TenantRow {
  contract_id: string
  revision: number
  raw_body: Bytes
  format: 'json' | 'yaml'
  /** `sha256:<hex>` of `raw_body`. */
  digest: string
  description: Generated<string>
}

export interface WorkflowRow extends TenantRow {
  project_id: string
  contract_id: string
  name: string
  team: Generated<string>
  description: Generated<string>
  metadata: JsonColumn
  /** Null: as the organization says. */
  allow_job_contract_update: boolean | null
  allow_old_contract_revisions: boolean | null
  runs_count: Generated<number>
  latest_run_id: string | null
  updated_at: GeneratedAt
  deleted_at: Date | null
}

export type RunState = 'initialized' | 'success' | 'error' | 'expired' | 'canceled'
export type PolicyStatus =
  | 'not_applicable'
  | 'passed'
  | 'skipped'
  | 'warning'
  | 'blocked'
  | 'bypassed'
  | 'evaluating'

export interface RunRow extends TenantRow {
  project_id: string
  workflow_id: string
  project_version_id: string
  contract_revision_id: string
  cas_backend_id: string
  contract_revision_used: number
  contract_revision_latest: number
  state: Generated<RunState>
  reason: Generated<string>
  run_url: Generated<string>
  /** What this instance called itself when it opened the run; statements repeat it. */
  instance_url: Generated<string>
  runner_type: Generated<string>
  /** Team and strategy as they were when the run was opened; statements repeat them. */
  workflow_team: Generated<string>
  block_on_policy_violation: Generated<boolean>
  /** `<kind>:<id>` of the actor. */
  created_by: string
  guarantees: Generated<string[]>
  /** `sha256:<hex>` of the exact bundle bytes. */
  attestation_digest: string | null
  policy_status: PolicyStatus | null
  policy_evaluations_total: number | null
  policy_evaluations_passed: number | null
  policy_evaluations_skipped: number | null
  policy_violations_count: number | null
  policy_violations_suppressed: number | null
  policy_has_gates: boolean | null
  /** What was verified of the job, where it proved itself. */
  identity: ColumnType<
    Readonly<Record<string, unknown>> | null,
    string | null | undefined,
    string | null
  >
  last_activity_at: GeneratedAt
  finished_at: Date | null
}

export interface RunStateRow {
  run_id: string
  organization_id: string
  state: Bytes
  digest: string
  /** Counts the saves; bound into the sealed state. */
  revision: number
  updated_at: GeneratedAt
}

export interface RunCertificateRow extends TenantRow {
  run_id: string
  /** Hex. */
  serial: string
  /** `sha256:<hex>` of the DER. */
  fingerprint: string
  issued_to: string
  not_before: Date
  not_after: Date
}

export interface AttestationRow extends TenantRow {
  project_id: string
  workflow_id: string
  run_id: string
  digest: string
  bundle: Bytes
  /** The field table as it was judged when the attestation was stored. */
  fields: JsonColumn<readonly { field: string; source: string; verified: boolean }[]>
  /** Null: a certificate of the run signed it. */
  signer_id: ColumnType<string | null, string | null | undefined, never>
}

export interface UploadReceiptRow extends TenantRow {
  project_id: string
  run_id: string | null
  cas_backend_id: string
  /** The transfer token's `jti`. */
  transfer_id: string
  digest: string
  size: number
  file_name: Generated<string>
  deduplicated: Generated<boolean>
  /** The transfer token named the digest. */
  digest_bound: Generated<boolean>
  /** Of the backend when the transfer was allowed. */
  sweep_epoch: Generated<number>
}

export interface CasMappingRow extends TenantRow {
  project_id: string
  cas_backend_id: string
  run_id: string | null
  digest: string
  size: number
  file_name: Generated<string>
}

export interface ReferrerRow extends TenantRow {
  digest: string
  kind: string
  downloadable: Generated<boolean>
  metadata: JsonColumn
  annotations: JsonColumn
}

export interface ReferrerEdgeRow {
  organization_id: string
  from_id: string
  to_id: string
  created_at: GeneratedAt
}

export interface ReferrerProjectRow {
  organization_id: string
  referrer_id: string
  project_id: string
  project_version_id: string
  created_at: GeneratedAt
}

export interface AuditEntryRow extends TenantRow {
  actor_kind: string
  actor_id: string
  actor_name: string
  action: string
  outcome: Generated<'done' | 'refused'>
  target_type: string
  target_id: string
  details: JsonColumn
  source_address: Generated<string>
  source_agent: Generated<string>
}

export interface Schema
  extends
    ContractPinSchema,
    EvidenceSchema,
    FanOutSchema,
    OnceSchema,
    StorageSchema,
    TransparencySchema,
    TrustSchema,
    PeopleSchema,
    SignerSchema,
    ProvenanceSchema,
    PolicySchema,
    QuotaSchema,
    PolicyStoreSchema,
    PluginTaskSchema {
  organizations: OrganizationRow
  projects: ProjectRow
  project_versions: ProjectVersionRow
  api_tokens: ApiTokenRow
  cas_backends: CasBackendRow
  contracts: ContractRow
  contract_revisions: ContractRevisionRow
  workflows: WorkflowRow
  runs: RunRow
  run_states: RunStateRow
  run_certificates: RunCertificateRow
  attestations: AttestationRow
  upload_receipts: UploadReceiptRow
  cas_mappings: CasMappingRow
  referrers: ReferrerRow
  referrer_edges: ReferrerEdgeRow
  referrer_projects: ReferrerProjectRow
  audit_entries: AuditEntryRow
}
