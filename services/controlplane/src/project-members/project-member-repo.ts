import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { ProjectRole } from '../db/people-schema.ts'

/** Exactly one of the two. */
export type Subject = { readonly userId: string } | { readonly groupId: string }

export interface ProjectMember {
  readonly role: ProjectRole
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly user: { readonly id: string; readonly email: string } | undefined
  readonly group: { readonly id: string; readonly name: string } | undefined
}

interface Place {
  readonly organizationId: string
  readonly projectId: string
}

/** Undefined when the subject has a role there already. */
export async function insert(
  tx: Db,
  { organizationId, projectId, subject, role }: Place & { subject: Subject; role: ProjectRole },
): Promise<string | undefined> {
  const row = await tx
    .insertInto('project_members')
    .values({
      organization_id: organizationId,
      project_id: projectId,
      user_id: 'userId' in subject ? subject.userId : null,
      group_id: 'groupId' in subject ? subject.groupId : null,
      role,
    })
    .onConflict((oc) => oc.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** The role that the subject has now; nobody else changes it until the transaction ends. */
export async function findForUpdate(
  tx: Db,
  place: Place & { subject: Subject },
): Promise<{ readonly id: string; readonly role: ProjectRole } | undefined> {
  const { organizationId, projectId, subject } = place
  return tx
    .selectFrom('project_members')
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .$if('userId' in subject, (q) =>
      q.where('user_id', '=', 'userId' in subject ? subject.userId : ''),
    )
    .$if('groupId' in subject, (q) =>
      q.where('group_id', '=', 'groupId' in subject ? subject.groupId : ''),
    )
    .select(['id', 'role'])
    .forUpdate()
    .executeTakeFirst()
}

export async function setRole(
  tx: Db,
  { id, organizationId, role }: { id: string; organizationId: string; role: ProjectRole },
): Promise<void> {
  await tx
    .updateTable('project_members')
    .set({ role, updated_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

export async function remove(
  tx: Db,
  { id, organizationId }: { id: string; organizationId: string },
): Promise<void> {
  await tx
    .deleteFrom('project_members')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

/** Oldest first. */
export async function list(
  db: Db,
  { organizationId, projectId, limit, offset }: Place & { limit: number; offset: number },
): Promise<{ readonly items: ProjectMember[]; readonly totalCount: number }> {
  const rows = await db
    .selectFrom('project_members as m')
    .leftJoin('users as u', 'u.id', 'm.user_id')
    .leftJoin('groups as g', 'g.id', 'm.group_id')
    .where('m.organization_id', '=', organizationId)
    .where('m.project_id', '=', projectId)
    .select([
      'm.role',
      'm.created_at',
      'm.updated_at',
      'u.id as user_id',
      'u.email',
      'g.id as group_id',
      'g.name as group_name',
      sql<number>`count(*) over ()`.as('total'),
    ])
    .orderBy('m.created_at')
    .orderBy('m.id')
    .limit(limit)
    .offset(offset)
    .execute()
  const items = rows.map((row) => ({
    role: row.role,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    user: row.user_id === null ? undefined : { id: row.user_id, email: row.email ?? '' },
    group: row.group_id === null ? undefined : { id: row.group_id, name: row.group_name ?? '' },
  }))
  return { items, totalCount: rows[0]?.total ?? 0 }
}
