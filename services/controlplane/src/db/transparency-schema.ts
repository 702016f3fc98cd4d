import type { ColumnType, Generated } from 'kysely'

import type { Bytes, GeneratedAt } from './columns.ts'

/** What waits for its place in the organization's log: an entry, or an event that gets its number with its place. */
export interface LogQueueRow {
  id: Generated<number>
  organization_id: string
  subject: string
  body: Bytes | null
  event: ColumnType<Readonly<Record<string, unknown>> | null, string | null | undefined, never>
  workflow_id: string | null
}

export interface LogEntryRow {
  organization_id: string
  position: number
  queue_id: number
  /** What the entry is found by. */
  subject: string
  /** The exact bytes that were hashed. */
  body: Bytes
  /** Of events only, like the next two. */
  workflow_id: string | null
  /** From 1, without gaps in a workflow. */
  sequence: number | null
  version: string | null
  created_at: GeneratedAt
}

export interface TransparencySchema {
  log_queue: LogQueueRow
  log_entries: LogEntryRow
}
