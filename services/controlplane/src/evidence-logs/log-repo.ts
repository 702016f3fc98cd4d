import type { Node, NodeAddress } from '@chainloop/attestation/merkle/tree'

import type { Db } from '../db/db.ts'
import type { EvidenceLogRow } from '../db/evidence-schema.ts'

export interface Log {
  readonly organizationId: string
  readonly id: string
  readonly size: number
  /** What its heads name it, where that was written down when it began. */
  readonly origin: string | null
}

interface LogName {
  readonly organizationId: string
  readonly kind: EvidenceLogRow['kind']
}

/** Made when it is missing; locked until the transaction ends. Undefined when somebody else holds it. */
export async function lock(
  tx: Db,
  { organizationId, kind, origin }: LogName & { readonly origin?: string },
): Promise<Log | undefined> {
  await tx
    .insertInto('evidence_logs')
    .values({ organization_id: organizationId, kind, origin: origin ?? null })
    .onConflict((oc) => oc.columns(['organization_id', 'kind']).doNothing())
    .execute()
  const row = await tx
    .selectFrom('evidence_logs')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', kind)
    .select(['id', 'size', 'origin'])
    .forNoKeyUpdate()
    .skipLocked()
    .executeTakeFirst()
  return row && { organizationId, ...row }
}

export async function find(db: Db, { organizationId, kind }: LogName): Promise<Log | undefined> {
  const row = await db
    .selectFrom('evidence_logs')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', kind)
    .select(['id', 'size', 'origin'])
    .executeTakeFirst()
  return row && { organizationId, ...row }
}

/** In the order of the addresses. Throws when one is missing: the log is damaged. */
export async function nodes(
  db: Db,
  { organizationId, id }: Log,
  addresses: readonly NodeAddress[],
): Promise<Node[]> {
  if (addresses.length === 0) return []
  const rows = await db
    .selectFrom('evidence_log_nodes')
    .where('organization_id', '=', organizationId)
    .where('log_id', '=', id)
    .where((eb) => eb.or(addresses.map(({ level, position }) => eb.and({ level, position }))))
    .select(['level', 'position', 'hash'])
    .execute()
  const found = new Map(rows.map((row) => [`${row.level}/${row.position}`, row]))
  return addresses.map(({ level, position }) => {
    const node = found.get(`${level}/${position}`)
    if (!node) throw new Error(`log ${id} has lost node ${level}/${position}`)
    return node
  })
}

export async function append(
  tx: Db,
  { organizationId, id }: Log,
  { size, nodes: added, checkpoint }: { size: number; nodes: readonly Node[]; checkpoint: string },
): Promise<void> {
  await tx
    .insertInto('evidence_log_nodes')
    .values(added.map((node) => ({ organization_id: organizationId, log_id: id, ...node })))
    .execute()
  await tx
    .updateTable('evidence_logs')
    .set({ size })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
  await tx
    .insertInto('evidence_log_heads')
    .values({ organization_id: organizationId, log_id: id, size, checkpoint })
    .execute()
}

/** The head that was signed when the entry got its place: the proof that it gives never changes. */
export async function findHeadOver(
  db: Db,
  { organizationId, id }: Log,
  index: number,
): Promise<{ readonly size: number; readonly checkpoint: string } | undefined> {
  return db
    .selectFrom('evidence_log_heads')
    .where('organization_id', '=', organizationId)
    .where('log_id', '=', id)
    .where('size', '>', index)
    .orderBy('size')
    .select(['size', 'checkpoint'])
    .executeTakeFirst()
}

/** The newest signed head; undefined for a log without entries. */
export async function findHead(db: Db, { organizationId, id }: Log): Promise<string | undefined> {
  const row = await db
    .selectFrom('evidence_log_heads')
    .where('organization_id', '=', organizationId)
    .where('log_id', '=', id)
    .orderBy('size', 'desc')
    .select('checkpoint')
    .executeTakeFirst()
  return row?.checkpoint
}
