import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { ProjectRole } from '../db/people-schema.ts'
import { pattern } from './group-repo.ts'
import type { GroupMember } from './group.ts'

interface Place {
  readonly organizationId: string
  readonly groupId: string
}

/** False when the person is in it already. */
export async function insert(
  tx: Db,
  member: Place & { readonly userId: string; readonly maintainer: boolean },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('group_members')
    .values({
      organization_id: member.organizationId,
      group_id: member.groupId,
      user_id: member.userId,
      maintainer: member.maintainer,
    })
    .onConflict((oc) => oc.doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function isMaintainer(
  db: Db,
  { organizationId, groupId, userId }: Place & { readonly userId: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('group_members')
    .where('organization_id', '=', organizationId)
    .where('group_id', '=', groupId)
    .where('user_id', '=', userId)
    .where('maintainer', '=', true)
    .select('user_id')
    .executeTakeFirst()
  return row !== undefined
}

/** False when the person is not in it. */
export async function setMaintainer(
  tx: Db,
  member: Place & { readonly userId: string; readonly maintainer: boolean },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('group_members')
    .set({ maintainer: member.maintainer, updated_at: new Date() })
    .where('organization_id', '=', member.organizationId)
    .where('group_id', '=', member.groupId)
    .where('user_id', '=', member.userId)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** False when the person is not in it. */
export async function remove(
  tx: Db,
  { organizationId, groupId, userId }: Place & { readonly userId: string },
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('group_members')
    .where('organization_id', '=', organizationId)
    .where('group_id', '=', groupId)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

export interface GroupMemberFilter extends Place {
  readonly maintainer?: boolean | undefined
  readonly email?: string | undefined
  readonly limit: number
  readonly offset: number
}

/** Oldest first. */
export async function list(
  db: Db,
  { organizationId, groupId, maintainer, email, limit, offset }: GroupMemberFilter,
): Promise<{ readonly items: GroupMember[]; readonly totalCount: number }> {
  const rows = await db
    .selectFrom('group_members as gm')
    .innerJoin('users as u', 'u.id', 'gm.user_id')
    .where('gm.organization_id', '=', organizationId)
    .where('gm.group_id', '=', groupId)
    .$if(maintainer !== undefined, (q) => q.where('gm.maintainer', '=', maintainer ?? false))
    .$if(Boolean(email), (q) => q.where('u.email', 'ilike', pattern(email ?? '')))
    .select([
      'u.id',
      'u.email',
      'u.first_name',
      'u.last_name',
      'gm.maintainer',
      'gm.created_at',
      'gm.updated_at',
      sql<number>`count(*) over ()`.as('total'),
    ])
    .orderBy('gm.created_at')
    .orderBy('u.id')
    .limit(limit)
    .offset(offset)
    .execute()
  const items = rows.map((row) => ({
    user: { id: row.id, email: row.email, firstName: row.first_name, lastName: row.last_name },
    maintainer: row.maintainer,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }))
  return { items, totalCount: rows[0]?.total ?? 0 }
}

export interface GroupProject {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly role: ProjectRole
  readonly latestVersionId: string | undefined
  readonly createdAt: Date
}

/** By name; `projectIds` as an actor sees them. */
export async function listProjects(
  db: Db,
  {
    organizationId,
    groupId,
    projectIds,
    limit,
    offset,
  }: Place & {
    readonly projectIds: readonly string[] | undefined
    readonly limit: number
    readonly offset: number
  },
): Promise<{ readonly items: GroupProject[]; readonly totalCount: number }> {
  const rows = await db
    .selectFrom('project_members as pm')
    .innerJoin('projects as p', 'p.id', 'pm.project_id')
    .leftJoin('project_versions as v', (join) =>
      join
        .onRef('v.project_id', '=', 'p.id')
        .on('v.latest', '=', true)
        .on('v.deleted_at', 'is', null),
    )
    .where('pm.organization_id', '=', organizationId)
    .where('pm.group_id', '=', groupId)
    .where('p.organization_id', '=', organizationId)
    .where('p.deleted_at', 'is', null)
    .where(inProjects('p.id', projectIds))
    .select([
      'p.id',
      'p.name',
      'p.description',
      'pm.role',
      'v.id as version_id',
      'pm.created_at',
      sql<number>`count(*) over ()`.as('total'),
    ])
    .orderBy('p.name')
    .limit(limit)
    .offset(offset)
    .execute()
  const items = rows.map((row) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    role: row.role,
    latestVersionId: row.version_id ?? undefined,
    createdAt: row.created_at,
  }))
  return { items, totalCount: rows[0]?.total ?? 0 }
}
