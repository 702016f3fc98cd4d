import type { Db } from '../db/db.ts'

/** A project, and the backend in question. */
export interface Holder {
  readonly organizationId: string
  readonly projectId: string
  readonly backendId: string
}

/** Bytes that this project has brought to this backend itself: it uploaded them, or holds a mapping for them. */
export interface Possession {
  readonly digest: string
  readonly size: number
}

/** Of the digests asked for, those that the project possesses. What others uploaded does not count. */
export async function listPossessions(
  db: Db,
  holder: Holder,
  digests: readonly string[],
): Promise<ReadonlyMap<string, Possession>> {
  if (digests.length === 0) return new Map()
  const held = await db
    .selectFrom('upload_receipts')
    .select(['digest', 'size'])
    .where('organization_id', '=', holder.organizationId)
    .where('project_id', '=', holder.projectId)
    .where('cas_backend_id', '=', holder.backendId)
    .where('digest', 'in', digests)
    .union(
      db
        .selectFrom('cas_mappings')
        .select(['digest', 'size'])
        .where('organization_id', '=', holder.organizationId)
        .where('project_id', '=', holder.projectId)
        .where('cas_backend_id', '=', holder.backendId)
        .where('digest', 'in', digests),
    )
    .execute()
  return new Map(held.map((possession) => [possession.digest, possession]))
}

export async function possesses(db: Db, holder: Holder, digest: string): Promise<boolean> {
  return (await listPossessions(db, holder, [digest])).has(digest)
}
