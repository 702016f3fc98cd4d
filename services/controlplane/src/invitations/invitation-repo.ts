import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { MemberRole, ProjectRole } from '../db/people-schema.ts'

export interface Invitation {
  readonly id: string
  readonly organizationId: string
  /** Lower case. */
  readonly email: string
  readonly role: MemberRole
  readonly state: 'pending' | 'accepted' | 'revoked'
  readonly sender: { readonly id: string; readonly email: string } | undefined
  /** What else comes with it. */
  readonly group: { readonly id: string; readonly maintainer: boolean } | undefined
  readonly project: { readonly id: string; readonly role: ProjectRole } | undefined
  readonly createdAt: Date
}

export type NewInvitation = Pick<
  Invitation,
  'organizationId' | 'email' | 'role' | 'group' | 'project'
> & { readonly senderId: string | undefined }

/** Undefined when the address has a pending one. */
export async function insert(tx: Db, invitation: NewInvitation): Promise<Invitation | undefined> {
  const { organizationId, group, project } = invitation
  const row = await tx
    .insertInto('invitations')
    .values({
      organization_id: organizationId,
      email: invitation.email,
      role: invitation.role,
      sender_id: invitation.senderId ?? null,
      ...(group ? { group_id: group.id, group_maintainer: group.maintainer } : {}),
      ...(project ? { project_id: project.id, project_role: project.role } : {}),
    })
    .onConflict((oc) => oc.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row && find(tx, { organizationId, id: row.id })
}

export async function find(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Invitation | undefined> {
  const row = await select(db)
    .where('i.organization_id', '=', organizationId)
    .where('i.id', '=', id)
    .executeTakeFirst()
  return row && toInvitation(row)
}

export interface InvitationFilter {
  readonly organizationId: string
  readonly groupId?: string
  readonly projectId?: string
  readonly pendingOnly?: boolean
  readonly limit: number
  readonly offset: number
}

/** Oldest first; what was revoked is left out. */
export async function list(
  db: Db,
  { organizationId, groupId, projectId, pendingOnly, limit, offset }: InvitationFilter,
): Promise<{ readonly items: Invitation[]; readonly totalCount: number }> {
  const rows = await select(db)
    .where('i.organization_id', '=', organizationId)
    .where('i.state', 'in', pendingOnly ? ['pending'] : ['pending', 'accepted'])
    .$if(groupId !== undefined, (q) => q.where('i.group_id', '=', groupId ?? ''))
    .$if(projectId !== undefined, (q) => q.where('i.project_id', '=', projectId ?? ''))
    .select(sql<number>`count(*) over ()`.as('total'))
    .orderBy('i.created_at')
    .orderBy('i.id')
    .limit(limit)
    .offset(offset)
    .execute()
  return { items: rows.map(toInvitation), totalCount: rows[0]?.total ?? 0 }
}

/** Of an address, in every organization that is still there: only who proved that it is theirs asks. */
export async function listPendingOf(tx: Db, email: string): Promise<Invitation[]> {
  const rows = await select(tx)
    .innerJoin('organizations as o', 'o.id', 'i.organization_id')
    .where('i.email', '=', email)
    .where('i.state', '=', 'pending')
    .where('o.deleted_at', 'is', null)
    .orderBy('i.created_at')
    .orderBy('i.id')
    .execute()
  return rows.map(toInvitation)
}

/** False when it has ended already. */
export async function end(
  tx: Db,
  {
    organizationId,
    id,
    state,
  }: { organizationId: string; id: string; state: 'accepted' | 'revoked' },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('invitations')
    .set({ state, ended_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Those that would have led into a group that goes away. */
export async function revokeOfGroup(
  tx: Db,
  { organizationId, groupId }: { organizationId: string; groupId: string },
): Promise<void> {
  await tx
    .updateTable('invitations')
    .set({ state: 'revoked', ended_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('group_id', '=', groupId)
    .where('state', '=', 'pending')
    .execute()
}

function select(db: Db) {
  return db
    .selectFrom('invitations as i')
    .leftJoin('users as u', 'u.id', 'i.sender_id')
    .select([
      'i.id',
      'i.organization_id',
      'i.email',
      'i.role',
      'i.state',
      'i.group_id',
      'i.group_maintainer',
      'i.project_id',
      'i.project_role',
      'i.created_at',
      'u.id as sender_id',
      'u.email as sender_email',
    ])
}

interface InvitationRow {
  readonly id: string
  readonly organization_id: string
  readonly email: string
  readonly role: MemberRole
  readonly state: Invitation['state']
  readonly group_id: string | null
  readonly group_maintainer: boolean
  readonly project_id: string | null
  readonly project_role: ProjectRole | null
  readonly created_at: Date
  readonly sender_id: string | null
  readonly sender_email: string | null
}

function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    organizationId: row.organization_id,
    email: row.email,
    role: row.role,
    state: row.state,
    sender:
      row.sender_id === null ? undefined : { id: row.sender_id, email: row.sender_email ?? '' },
    group:
      row.group_id === null ? undefined : { id: row.group_id, maintainer: row.group_maintainer },
    project:
      row.project_id === null
        ? undefined
        : { id: row.project_id, role: row.project_role ?? 'viewer' },
    createdAt: row.created_at,
  }
}
