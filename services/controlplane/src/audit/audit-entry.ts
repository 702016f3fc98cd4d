import type { Selectable } from 'kysely'

import type { AuditEntryRow } from '../db/schema.ts'

export interface PlacedEntry {
  /** The place in the log; undefined while the entry waits for it. */
  readonly position: number | undefined
  /** Canonical JSON: what the log has hashed. */
  readonly content: Uint8Array
}

export type AuditRow = Selectable<AuditEntryRow>
