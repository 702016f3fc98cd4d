import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { PolicyDefault } from './policy-default.ts'

export interface NewDefault {
  readonly organizationId: string
  readonly policyId: string
  readonly version: number
  readonly with: Readonly<Record<string, string>>
  readonly gate: boolean | undefined
  readonly shadow: boolean
  readonly createdBy: string
  readonly createdByName: string
}

export async function insert(tx: Db, one: NewDefault): Promise<void> {
  await tx
    .insertInto('policy_defaults')
    .values({
      organization_id: one.organizationId,
      policy_id: one.policyId,
      version: one.version,
      inputs: JSON.stringify(one.with),
      gate: one.gate ?? null,
      shadow: one.shadow,
      created_by: one.createdBy,
      created_by_name: one.createdByName,
    })
    .execute()
}

interface DefaultOf {
  readonly organizationId: string
  readonly policyId: string
}

/** Ends it for runs that are opened from now on. False: it was none. */
export async function remove(tx: Db, { organizationId, policyId }: DefaultOf): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('policy_defaults')
    .set({ removed_at: sql<Date>`now()` })
    .where('organization_id', '=', organizationId)
    .where('policy_id', '=', policyId)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function isDefault(db: Db, { organizationId, policyId }: DefaultOf): Promise<boolean> {
  const row = await db
    .selectFrom('policy_defaults')
    .where('organization_id', '=', organizationId)
    .where('policy_id', '=', policyId)
    .where('removed_at', 'is', null)
    .select('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Oldest first. */
export async function list(
  db: Db,
  { organizationId }: { organizationId: string },
): Promise<PolicyDefault[]> {
  const rows = await defaults(db, organizationId)
    .where('policy_defaults.removed_at', 'is', null)
    .execute()
  return rows.map(toDefault)
}

/** Those that judge runs which were opened at that time. */
export async function listInForce(
  db: Db,
  { organizationId, at }: { organizationId: string; at: Date },
): Promise<PolicyDefault[]> {
  const rows = await defaults(db, organizationId)
    .where('policy_defaults.created_at', '<=', at)
    .where((where) =>
      where.or([
        where('policy_defaults.removed_at', 'is', null),
        where('policy_defaults.removed_at', '>', at),
      ]),
    )
    .execute()
  return rows.map(toDefault)
}

function defaults(db: Db, organizationId: string) {
  return db
    .selectFrom('policy_defaults')
    .innerJoin('stored_policies', 'stored_policies.id', 'policy_defaults.policy_id')
    .innerJoin('stored_policy_versions', (join) =>
      join
        .onRef('stored_policy_versions.policy_id', '=', 'policy_defaults.policy_id')
        .onRef('stored_policy_versions.version', '=', 'policy_defaults.version'),
    )
    .where('policy_defaults.organization_id', '=', organizationId)
    .selectAll('policy_defaults')
    .select(['stored_policies.name', 'stored_policies.kind', 'stored_policy_versions.digest'])
    .orderBy('policy_defaults.created_at')
    .orderBy('policy_defaults.id')
}

type Row = Awaited<ReturnType<ReturnType<typeof defaults>['executeTakeFirstOrThrow']>>

function toDefault(row: Row): PolicyDefault {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    version: row.version,
    digest: row.digest,
    with: row.inputs,
    gate: row.gate ?? undefined,
    shadow: row.shadow,
    createdBy: row.created_by_name,
    createdAt: row.created_at,
  }
}
