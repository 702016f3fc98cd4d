import type { Db } from '../db/db.ts'
import type { Hash } from '../merkle/hashing.ts'
import { sameHash } from '../merkle/hashing.ts'
import { edgeOf, fold, grow, type Node } from '../merkle/tree.ts'
import type { TreeHead } from '../merkle/verify-proof.ts'
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
  let tree: { size: number; edge: readonly Node[] } = { size: 0, edge: [] }
  while (tree.size < head.size) {
    const leaves = await leavesFrom(db, {
      organizationId,
      first: tree.size,
      count: Math.min(PAGE, head.size - tree.size),
    })
    if (leaves.length === 0)
      throw new ChangedHistory(`the entries end at ${tree.size} of ${head.size}`)
    tree = continued(tree, leaves)
  }
  if (!sameHash(fold(tree.edge.map(({ hash }) => hash)), head.root)) {
    throw new ChangedHistory(`the first ${head.size} entries are not those that were signed`)
  }
}

function continued(
  tree: { size: number; edge: readonly Node[] },
  leaves: readonly Hash[],
): { size: number; edge: Node[] } {
  const { size, nodes } = grow(tree, leaves)
  const known = [...tree.edge, ...nodes]
  const edge = edgeOf(size).flatMap(({ level, position }) =>
    known.filter((node) => node.level === level && node.position === position),
  )
  return { size, edge }
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
