import { canonicalJson } from '@chainloop/attestation/json/canonical-json'
import { type Hash, leafHash } from '@chainloop/attestation/merkle/hashing'
import type { Selectable } from 'kysely'

import type { AuditEntryRow } from '../db/schema.ts'

/** The bytes that stand for an entry in the log: canonical JSON, which anybody can make from an export. */
export function auditLeafContent(row: Selectable<AuditEntryRow>): Uint8Array {
  return canonicalJson({
    id: row.id,
    organizationId: row.organization_id,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    source: { address: row.source_address, agent: row.source_agent },
    action: row.action,
    outcome: row.outcome,
    target: { type: row.target_type, id: row.target_id },
    details: row.details,
    at: row.created_at.toISOString(),
  })
}

export function auditLeaf(row: Selectable<AuditEntryRow>): Hash {
  return leafHash(auditLeafContent(row))
}
