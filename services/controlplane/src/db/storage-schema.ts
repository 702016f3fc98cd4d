import type { ColumnType, Generated } from 'kysely'

type GeneratedAt = ColumnType<Date, Date | undefined, Date>

export interface SecretRow {
  id: Generated<string>
  organization_id: string
  store: string
  /** The value's own key, sealed by ours; null: another store has the value. */
  sealed_key: Uint8Array | null
  sealed_value: Uint8Array | null
  created_at: GeneratedAt
  updated_at: GeneratedAt
}

export interface CondemnedBlobRow {
  organization_id: string
  cas_backend_id: string
  digest: string
  state: 'marked' | 'sweeping' | 'swept'
  epoch: Generated<number>
  marked_at: GeneratedAt
  sweeping_at: Date | null
  swept_at: Date | null
}

export interface RetentionPolicyRow {
  project_id: string
  organization_id: string
  /** 0: for ever. */
  keep_days: Generated<number>
  legal_hold: Generated<boolean>
  created_at: GeneratedAt
  updated_at: GeneratedAt
}

export interface StorageTaskRow {
  id: Generated<string>
  organization_id: string
  kind: 'migration' | 'verification' | 'collection'
  state: Generated<'running' | 'done' | 'failed' | 'cancelled'>
  cas_backend_id: string
  target_backend_id: string | null
  dry_run: Generated<boolean>
  /** Of a collection: blobs that nobody is known to have uploaded, too. */
  include_unknown: Generated<boolean>
  /** Whoever works on it next ends it. */
  cancelling: Generated<boolean>
  /** 0: as fast as it goes. */
  bytes_per_second: Generated<number>
  /** The last digest that was dealt with, where they are taken in order. */
  cursor: Generated<string>
  done: Generated<number>
  total: Generated<number>
  bytes: Generated<number>
  removed: Generated<number>
  marked: Generated<number>
  open_runs: Generated<number>
  problems: Generated<number>
  /** Failures in a row. */
  setbacks: Generated<number>
  error: Generated<string>
  /** `<kind>:<id>` of the actor. */
  created_by: string
  lease_holder: string | null
  /** Nobody works on it before; moved on for as long as somebody does. */
  due_at: GeneratedAt
  created_at: GeneratedAt
  finished_at: Date | null
}

export interface StorageTaskProblemRow {
  task_id: string
  organization_id: string
  digest: string
  kind: 'missing' | 'rotten' | 'failed'
  detail: Generated<string>
  created_at: GeneratedAt
}

export interface StorageSchema {
  secrets: SecretRow
  cas_condemned_blobs: CondemnedBlobRow
  retention_policies: RetentionPolicyRow
  storage_tasks: StorageTaskRow
  storage_task_problems: StorageTaskProblemRow
}
