import type { NoteSigner } from '@chainloop/attestation/merkle/checkpoint'

import { type Db, inTransaction } from '../db/db.ts'
import { appendToLog } from '../evidence-logs/append-to-log.ts'
import * as logs from '../evidence-logs/log-repo.ts'
import { auditLeaf } from './audit-leaf.ts'

interface Keys {
  readonly signers: readonly NoteSigner[]
}

const BATCH = 500
const ORGANIZATIONS = 100

/** How the audit log of an organization calls itself in its signed heads. */
export function auditOrigin(issuer: string, organizationId: string): string {
  return `${issuer}/audit/${organizationId}`
}

/**
 * Gives waiting entries their place in their organization's log and signs its new head. Several replicas may do so at
 * once: one of them holds an organization's log. Returns how many entries got their place.
 */
export async function sequenceAudit({
  db,
  issuer,
  keys,
}: {
  readonly db: Db
  readonly issuer: string
  readonly keys: Keys
}): Promise<number> {
  const waiting = await db
    .selectFrom('audit_pending')
    .select('organization_id')
    .distinct()
    .limit(ORGANIZATIONS)
    .execute()
  let placed = 0
  for (const { organization_id: organizationId } of waiting) {
    const origin = auditOrigin(issuer, organizationId)
    placed += await sequence(db, { organizationId, origin, keys })
  }
  return placed
}

function sequence(
  db: Db,
  { organizationId, ...signer }: { organizationId: string; origin: string; keys: Keys },
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const log = await logs.lock(tx, { organizationId, kind: 'audit' })
    if (!log) return 0
    const entries = await waitingEntries(tx, organizationId)
    if (entries.length === 0) return 0
    await appendToLog(tx, { log, ...signer }, entries.map(auditLeaf))
    await place(tx, { organizationId, first: log.size, ids: entries.map(({ id }) => id) })
    return entries.length
  })
}

function waitingEntries(tx: Db, organizationId: string) {
  return tx
    .selectFrom('audit_pending')
    .innerJoin('audit_entries', 'audit_entries.id', 'audit_pending.entry_id')
    .where('audit_pending.organization_id', '=', organizationId)
    .where('audit_entries.organization_id', '=', organizationId)
    .selectAll('audit_entries')
    .orderBy('audit_entries.created_at')
    .orderBy('audit_entries.id')
    .limit(BATCH)
    .execute()
}

async function place(
  tx: Db,
  { organizationId, first, ids }: { organizationId: string; first: number; ids: readonly string[] },
): Promise<void> {
  await tx
    .insertInto('audit_positions')
    .values(
      ids.map((id, offset) => ({
        organization_id: organizationId,
        entry_id: id,
        position: first + offset,
      })),
    )
    .execute()
  await tx
    .deleteFrom('audit_pending')
    .where('organization_id', '=', organizationId)
    .where('entry_id', 'in', [...ids])
    .execute()
}
