import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import type { ColumnType } from 'kysely'

export interface PolicyEvaluationsRow {
  run_id: string
  organization_id: string
  evaluations: ColumnType<readonly PolicyEvaluation[], string, never>
  differences: ColumnType<readonly string[], string, never>
  evaluated_at: ColumnType<Date, Date, never>
}

export interface PolicySchema {
  policy_evaluations: PolicyEvaluationsRow
}
