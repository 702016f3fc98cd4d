import type { ColumnType, Generated } from 'kysely'

import type { GeneratedAt, JsonColumn, TenantRow } from './columns.ts'

export type StoredKind = 'policy' | 'policy_group'

export interface StoredPolicyRow extends TenantRow {
  kind: StoredKind
  name: string
  description: Generated<string>
  latest_version: number
  updated_at: GeneratedAt
  deleted_at: Date | null
}

export interface StoredPolicyVersionRow {
  organization_id: string
  policy_id: string
  version: number
  digest: string
  /** `<kind>:<id>` of the actor. */
  created_by: string
  created_by_name: string
  created_at: GeneratedAt
}

export interface PolicyDefaultRow extends TenantRow {
  policy_id: string
  version: number
  inputs: JsonColumn<Readonly<Record<string, string>>>
  /** Null: as the organization says. */
  gate: boolean | null
  shadow: Generated<boolean>
  created_by: string
  created_by_name: string
  removed_at: Date | null
}

export type ExceptionState = 'requested' | 'approved' | 'rejected' | 'revoked' | 'expired'

export interface PolicyExceptionRow extends TenantRow {
  policy: string
  project_id: string | null
  workflow_id: string | null
  /** Empty: any. The same for the next two. */
  material: Generated<string>
  digest: Generated<string>
  violation: Generated<string>
  reason: string
  state: Generated<ExceptionState>
  approvals_needed: number
  expires_at: Date
  /** Null: not all who have to have approved it. */
  approved_at: Date | null
  requested_by: string
  requested_by_name: string
}

export interface PolicyExceptionDecisionRow {
  organization_id: string
  exception_id: string
  kind: 'approved' | 'rejected' | 'revoked'
  decided_by: string
  decided_by_name: string
  comment: Generated<string>
  created_at: GeneratedAt
}

export interface PolicyExceptionUseRow {
  organization_id: string
  run_id: string
  exception_id: string
  /** Empty: the attestation. */
  material: string
  violations: ColumnType<readonly string[], string, never>
  created_at: GeneratedAt
}

export interface PolicyStoreSchema {
  stored_policies: StoredPolicyRow
  stored_policy_versions: StoredPolicyVersionRow
  policy_defaults: PolicyDefaultRow
  policy_exceptions: PolicyExceptionRow
  policy_exception_decisions: PolicyExceptionDecisionRow
  policy_exception_uses: PolicyExceptionUseRow
}
