import type { Db } from '../db/db.ts'
import { isBehind } from '../db/position.ts'
import type { CursorPage } from '../pages.ts'
import type { StoredKind, StoredPolicy } from './stored-policy.ts'

export interface PolicyName {
  readonly organizationId: string
  readonly kind: StoredKind
  readonly name: string
}

/** Those that are not deleted, oldest first; one more than the page has, if there is one. */
export async function list(
  db: Db,
  { organizationId, kind }: { organizationId: string; kind: StoredKind | undefined },
  { after, size }: CursorPage,
): Promise<StoredPolicy[]> {
  const rows = await live(db, organizationId)
    .$if(kind !== undefined, (query) => query.where('stored_policies.kind', '=', kind ?? 'policy'))
    .where(isBehind('stored_policies', after, 'oldest first'))
    .orderBy('stored_policies.created_at')
    .orderBy('stored_policies.id')
    .limit(size + 1)
    .execute()
  return rows.map(toPolicy)
}

export async function find(
  db: Db,
  { organizationId, kind, name }: PolicyName,
): Promise<StoredPolicy | undefined> {
  const row = await live(db, organizationId)
    .where('stored_policies.kind', '=', kind)
    .where('stored_policies.name', '=', name)
    .executeTakeFirst()
  return row && toPolicy(row)
}

export interface LockedPolicy {
  readonly id: string
  readonly latestVersion: number
  readonly isDeleted: boolean
}

/** Of a name, deleted or not; others wait until the transaction ends. */
export async function lock(
  tx: Db,
  { organizationId, kind, name }: PolicyName,
): Promise<LockedPolicy | undefined> {
  const row = await tx
    .selectFrom('stored_policies')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .select(['id', 'latest_version', 'deleted_at'])
    .forUpdate()
    .executeTakeFirst()
  return (
    row && { id: row.id, latestVersion: row.latest_version, isDeleted: row.deleted_at !== null }
  )
}

/** Its id; undefined when somebody else was faster. Without a version yet. */
export async function insert(
  tx: Db,
  { organizationId, kind, name }: PolicyName,
  description: string,
): Promise<string | undefined> {
  const row = await tx
    .insertInto('stored_policies')
    .values({ organization_id: organizationId, kind, name, description, latest_version: 1 })
    .onConflict((oc) => oc.columns(['organization_id', 'kind', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** Also brings back one that was deleted. */
export async function update(
  tx: Db,
  { organizationId, id }: { organizationId: string; id: string },
  { latestVersion, description }: { latestVersion: number; description: string },
): Promise<void> {
  await tx
    .updateTable('stored_policies')
    .set({
      latest_version: latestVersion,
      description,
      updated_at: new Date(),
      deleted_at: null,
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

export async function remove(
  tx: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<void> {
  await tx
    .updateTable('stored_policies')
    .set({ deleted_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

/** Names of the contracts whose latest revision refers to it by name, themselves or in a group. */
export async function listContracts(
  db: Db,
  { organizationId, kind, name }: PolicyName,
): Promise<string[]> {
  const rows = await db
    .selectFrom('contract_pins')
    .innerJoin('contract_revisions', 'contract_revisions.id', 'contract_pins.contract_revision_id')
    .innerJoin('contracts', (join) =>
      join
        .onRef('contracts.id', '=', 'contract_revisions.contract_id')
        .onRef('contracts.latest_revision', '=', 'contract_revisions.revision'),
    )
    .where('contract_pins.organization_id', '=', organizationId)
    .where('contract_pins.kind', '=', kind)
    .where('contract_pins.location', '~', `^chainloop://([-a-z0-9]+/)?${name}(@|$)`)
    .where('contracts.deleted_at', 'is', null)
    .select('contracts.name')
    .distinct()
    .orderBy('contracts.name')
    .execute()
  return rows.map((row) => row.name)
}

function live(db: Db, organizationId: string) {
  return db
    .selectFrom('stored_policies')
    .innerJoin('stored_policy_versions', (join) =>
      join
        .onRef('stored_policy_versions.policy_id', '=', 'stored_policies.id')
        .onRef('stored_policy_versions.version', '=', 'stored_policies.latest_version'),
    )
    .where('stored_policies.organization_id', '=', organizationId)
    .where('stored_policies.deleted_at', 'is', null)
    .selectAll('stored_policies')
    .select('stored_policy_versions.digest')
}

type Row = Awaited<ReturnType<ReturnType<typeof live>['executeTakeFirstOrThrow']>>

function toPolicy(row: Row): StoredPolicy {
  return {
    id: row.id,
    organizationId: row.organization_id,
    kind: row.kind,
    name: row.name,
    description: row.description,
    latestVersion: row.latest_version,
    digest: row.digest,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
