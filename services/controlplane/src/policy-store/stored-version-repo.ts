import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { PolicyName } from './stored-policy-repo.ts'
import type { StoredVersion } from './stored-policy.ts'
import type { StoredReference } from './stored-reference.ts'

/** Wants its document to be there. */
export async function insert(
  tx: Db,
  version: {
    organizationId: string
    policyId: string
    version: number
    digest: string
    createdBy: string
    createdByName: string
  },
): Promise<void> {
  await tx
    .insertInto('stored_policy_versions')
    .values({
      organization_id: version.organizationId,
      policy_id: version.policyId,
      version: version.version,
      digest: version.digest,
      created_by: version.createdBy,
      created_by_name: version.createdByName,
    })
    .execute()
}

/** What a reference stands for. By digest also of a policy that is deleted: who has the digest has what it says. */
export async function find(
  db: Db,
  { organizationId, kind }: Omit<PolicyName, 'name'>,
  { name, version, digest }: StoredReference,
): Promise<StoredVersion | undefined> {
  let query = versions(db, organizationId)
    .where('stored_policies.kind', '=', kind)
    .where('stored_policies.name', '=', name)
  if (digest === undefined) query = query.where('stored_policies.deleted_at', 'is', null)
  else query = query.where('stored_policy_versions.digest', '=', digest)
  if (version !== undefined) query = query.where('stored_policy_versions.version', '=', version)
  const row = await query
    .orderBy('stored_policy_versions.version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toVersion(row)
}

/** The latest first. */
export async function list(
  db: Db,
  { organizationId, policyId }: { organizationId: string; policyId: string },
): Promise<StoredVersion[]> {
  const rows = await versions(db, organizationId)
    .where('stored_policies.id', '=', policyId)
    .orderBy('stored_policy_versions.version', 'desc')
    .execute()
  return rows.map(toVersion)
}

function versions(db: Db, organizationId: string) {
  return db
    .selectFrom('stored_policy_versions')
    .innerJoin('stored_policies', 'stored_policies.id', 'stored_policy_versions.policy_id')
    .innerJoin('policy_documents', (join) =>
      join
        .onRef('policy_documents.organization_id', '=', 'stored_policies.organization_id')
        .onRef('policy_documents.digest', '=', 'stored_policy_versions.digest'),
    )
    .where('stored_policies.organization_id', '=', organizationId)
    .selectAll('stored_policy_versions')
    .select([
      'stored_policies.name',
      'stored_policies.kind',
      sql<number>`length(policy_documents.content)`.as('size'),
    ])
}

type Row = Awaited<ReturnType<ReturnType<typeof versions>['executeTakeFirstOrThrow']>>

function toVersion(row: Row): StoredVersion {
  return {
    policyId: row.policy_id,
    name: row.name,
    kind: row.kind,
    version: row.version,
    digest: row.digest,
    size: row.size,
    createdBy: row.created_by_name,
    createdAt: row.created_at,
  }
}
