import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { type Builder, isBuildLevel } from './builder.ts'

export type NewBuilder = Omit<Builder, 'id' | 'createdAt'> & { readonly createdBy: string }

/** Makes the entry or changes its level. */
export async function upsert(tx: Db, one: NewBuilder): Promise<Builder> {
  const columns = one.signer ? ['signer_id' as const] : ['issuer' as const]
  const row = await tx
    .insertInto('builders')
    .values({
      organization_id: one.organizationId,
      issuer: one.issuer,
      signer_id: one.signer?.id ?? null,
      builder: one.builder,
      max_level: one.maxLevel,
      created_by: one.createdBy,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['organization_id', ...columns, 'builder'])
        .where('signer_id', one.signer ? 'is not' : 'is', null)
        .doUpdateSet({ max_level: sql<number>`excluded.max_level` }),
    )
    .returning(['id', 'created_at'])
    .executeTakeFirstOrThrow()
  return { ...one, id: row.id, createdAt: row.created_at }
}

/** Oldest first; those of signers that were removed are left out. */
export async function list(db: Db, organizationId: string): Promise<Builder[]> {
  const rows = await db
    .selectFrom('builders')
    .leftJoin('signers', (join) =>
      join
        .onRef('signers.id', '=', 'builders.signer_id')
        .onRef('signers.organization_id', '=', 'builders.organization_id'),
    )
    .where('builders.organization_id', '=', organizationId)
    .where('signers.removed_at', 'is', null)
    .selectAll('builders')
    .select('signers.name as signer_name')
    .orderBy('builders.created_at')
    .orderBy('builders.id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organization_id,
    issuer: row.issuer,
    signer: row.signer_id === null ? undefined : { id: row.signer_id, name: row.signer_name ?? '' },
    builder: row.builder,
    maxLevel: isBuildLevel(row.max_level) ? row.max_level : 1,
    createdAt: row.created_at,
  }))
}

/** Undefined when it is not there. */
export async function remove(
  tx: Db,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<Pick<Builder, 'builder'> | undefined> {
  return tx
    .deleteFrom('builders')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .returning('builder')
    .executeTakeFirst()
}
