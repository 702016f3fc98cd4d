import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import { isBehind } from '../db/position.ts'
import { isPlatform } from '../identities/platforms.ts'
import type { CursorPage } from '../pages.ts'
import { isTrustRuleRight, type TrustRule } from './trust-rule.ts'

export type NewTrustRule = Omit<TrustRule, 'id' | 'createdAt'> & { readonly createdBy: string }

/** Undefined when a live rule of the organization has that name. */
export async function insert(tx: Db, rule: NewTrustRule): Promise<TrustRule | undefined> {
  const row = await tx
    .insertInto('trust_rules')
    .values({
      organization_id: rule.organizationId,
      project_id: rule.project.id,
      name: rule.name,
      platform: rule.platform,
      issuer: rule.issuer,
      claims: JSON.stringify(rule.claims),
      rights: [...rule.rights],
      created_by: rule.createdBy,
    })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'name']).where('removed_at', 'is', null).doNothing(),
    )
    .returning(['id', 'created_at'])
    .executeTakeFirst()
  return row && { ...rule, id: row.id, createdAt: row.created_at }
}

export interface TrustRuleFilter {
  readonly organizationId: string
  readonly projectIds?: readonly string[] | undefined
  readonly issuer?: string
  readonly name?: string
  /** One more than it has is read, to see whether there are more. Absent: all of them. */
  readonly page?: CursorPage
}

/** Live ones, oldest first. */
export async function list(db: Db, filter: TrustRuleFilter): Promise<TrustRule[]> {
  const { organizationId, projectIds, issuer, name, page } = filter
  const rows = await db
    .selectFrom('trust_rules')
    .innerJoin('projects', 'projects.id', 'trust_rules.project_id')
    .where('trust_rules.organization_id', '=', organizationId)
    .where('trust_rules.removed_at', 'is', null)
    .where('projects.organization_id', '=', organizationId)
    .where('projects.deleted_at', 'is', null)
    .where((where) =>
      where.and([
        inProjects('trust_rules.project_id', projectIds),
        isBehind('trust_rules', page?.after, 'oldest first'),
        ...(issuer === undefined ? [] : [where('trust_rules.issuer', '=', issuer)]),
        ...(name === undefined ? [] : [where('trust_rules.name', '=', name)]),
      ]),
    )
    .selectAll('trust_rules')
    .select('projects.name as project_name')
    .orderBy('trust_rules.created_at')
    .orderBy('trust_rules.id')
    .$if(page !== undefined, (query) => query.limit((page?.size ?? 0) + 1))
    .execute()
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    platform: isPlatform(row.platform) ? row.platform : 'generic',
    issuer: row.issuer,
    claims: row.claims,
    project: { id: row.project_id, name: row.project_name },
    rights: row.rights.filter(isTrustRuleRight),
    createdAt: row.created_at,
  }))
}

export async function isLive(
  db: Db,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('trust_rules')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

/** The row stays: runs and the audit log refer to it. */
export async function remove(
  tx: Db,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('trust_rules')
    .set({ removed_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
