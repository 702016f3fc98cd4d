import { emptyTree, headOf, withLeaves } from '@chainloop/attestation/merkle/growing-tree'
import { type Hash, sameHash } from '@chainloop/attestation/merkle/hashing'
import type { TreeHead } from '@chainloop/attestation/merkle/verify-proof'

import type { Db } from '../db/db.ts'
import { auditLeaf } from './audit-leaf.ts'

/** The history is not the one that the head was signed for. */
export class ChangedHistory extends Error {
  override readonly name = 'ChangedHistory'
}

const PAGE = 1000

/**
 * Recomputes the log from the entries themselves and compares it with a head that somebody kept: an entry that was
 * changed, removed, inserted or cut off leads to another root. Memory is bounded by one page. Throws `ChangedHistory`.
 */
export async function verifyAudit(
  db: Db,
  { organizationId, head }: { organizationId: string; head: TreeHead },
): Promise<void> {
  let tree = emptyTree
  while (tree.size < head.size) {
    const leaves = await leavesFrom(db, {
      organizationId,
      first: tree.size,
      count: Math.min(PAGE, head.size - tree.size),
    })
    if (leaves.length === 0)
      throw new ChangedHistory(`the entries end at ${tree.size} of ${head.size}`)
    tree = withLeaves(tree, leaves)
  }
  if (!sameHash(headOf(tree).root, head.root)) {
    throw new ChangedHistory(`the first ${head.size} entries are not those that were signed`)
  }
}

async function leavesFrom(
  db: Db,
  { organizationId, first, count }: { organizationId: string; first: number; count: number },
): Promise<Hash[]> {
  const rows = await db
    .selectFrom('audit_positions')
    .innerJoin('audit_entries', 'audit_entries.id', 'audit_positions.entry_id')
    .where('audit_positions.organization_id', '=', organizationId)
    .where('audit_positions.position', '>=', first)
    .where('audit_positions.position', '<', first + count)
    .selectAll('audit_entries')
    .select('audit_positions.position')
    .orderBy('audit_positions.position')
    .execute()
  rows.forEach(({ position }, offset) => {
    if (position !== first + offset) throw new ChangedHistory(`entry ${first + offset} is missing`)
  })
  return rows.map(auditLeaf)
}
