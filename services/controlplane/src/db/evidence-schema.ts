import type { ColumnType, Generated } from 'kysely'

type GeneratedAt = ColumnType<Date, Date | undefined, Date>

export interface EvidenceLogRow {
  id: Generated<string>
  organization_id: string
  kind: 'audit' | 'transparency'
  /** What its heads name it; of transparency logs. */
  origin: string | null
  size: Generated<number>
  created_at: GeneratedAt
}

export interface EvidenceLogNodeRow {
  organization_id: string
  log_id: string
  level: number
  position: number
  hash: Uint8Array
}

export interface EvidenceLogHeadRow {
  organization_id: string
  log_id: string
  size: number
  /** A signed note that names the log, its size and its root. */
  checkpoint: string
  created_at: GeneratedAt
}

export interface AuditPositionRow {
  organization_id: string
  entry_id: string
  position: number
}

/** Entries that wait for their position; filled by a trigger. */
export interface AuditPendingRow {
  organization_id: string
  entry_id: string
}

export interface EvidenceSchema {
  evidence_logs: EvidenceLogRow
  evidence_log_nodes: EvidenceLogNodeRow
  evidence_log_heads: EvidenceLogHeadRow
  audit_positions: AuditPositionRow
  audit_pending: AuditPendingRow
}
