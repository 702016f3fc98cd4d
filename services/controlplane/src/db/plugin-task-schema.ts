import type { ColumnType } from 'kysely'

import type { GeneratedAt, JsonColumn } from './columns.ts'

export interface PluginTaskRow {
  id: string
  organization_id: string
  kind: 'validate_registration' | 'validate_attachment' | 'preview'
  plugin_id: string
  registration_config: JsonColumn
  attachment_config: JsonColumn
  /** Of the registration; of a new one it is kept as long as the task. */
  secret_id: string | null
  /** Of a preview. */
  attachment_id: string | null
  run_id: string | null
  /** Null while nobody has done it. */
  result: ColumnType<unknown, string | null | undefined, string | null>
  created_at: GeneratedAt
}

export interface PluginTaskSchema {
  plugin_tasks: PluginTaskRow
}
