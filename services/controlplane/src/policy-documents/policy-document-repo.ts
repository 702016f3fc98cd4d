import type { Db } from '../db/db.ts'

/** What is there already stays as it is: the same digest, the same bytes. */
export async function insert(
  db: Db,
  {
    organizationId,
    documents,
  }: {
    organizationId: string
    documents: ReadonlyMap<string, Uint8Array>
  },
): Promise<void> {
  if (documents.size === 0) return
  await db
    .insertInto('policy_documents')
    .values(
      // In one order for everybody, so that two writers never wait for each other.
      [...documents]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([digest, content]) => ({
          organization_id: organizationId,
          digest,
          content,
        })),
    )
    .onConflict((oc) => oc.columns(['organization_id', 'digest']).doNothing())
    .execute()
}

export async function find(
  db: Db,
  { organizationId, digest }: { organizationId: string; digest: string },
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('policy_documents')
    .where('organization_id', '=', organizationId)
    .where('digest', '=', digest)
    .select('content')
    .executeTakeFirst()
  return row?.content
}
