import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import type { ColumnType } from 'kysely'

export interface PolicyEvaluationsRow {
  run_id: string
  organization_id: string
  evaluations: ColumnType<readonly PolicyEvaluation[], string, string>
  differences: ColumnType<readonly string[], string, string>
  /** The time that the policies are told. */
  evaluated_at: ColumnType<Date, Date, never>
  /** Null: they are still being evaluated. */
  finished_at: ColumnType<Date | null, Date | null, Date>
}

export interface PolicySchema {
  policy_evaluations: PolicyEvaluationsRow
}
