import { type RawBuilder, sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { MemberRole, ProjectRole } from '../db/people-schema.ts'

/** What a person may do in one organization, and what a session of theirs is worth. */
export interface UserGrants {
  readonly userId: string
  readonly email: string
  readonly instanceAdmin: boolean
  /** Undefined: named an organization that is not there, or is in none. */
  readonly organization:
    | { readonly id: string; readonly name: string; readonly suspended: boolean }
    | undefined
  /** Undefined: no member of it. */
  readonly role: MemberRole | undefined
  /** Direct ones and those by groups; a project may come twice. */
  readonly projects: readonly { readonly id: string; readonly role: ProjectRole }[]
}

export interface SessionGrants extends UserGrants {
  readonly session: {
    readonly revokedAt: Date | undefined
    readonly expiresAt: Date
    readonly lastUsedAt: Date
  }
}

/** The organization of that name, of that id, the person's current one, or none at all. */
export type WantedOrganization =
  | { readonly name: string }
  | { readonly id: string }
  | 'current'
  | 'none'

/** One query, each table by an index. */
export async function findBySession(
  db: Db,
  { sessionId, organization }: { sessionId: string; organization: WantedOrganization },
): Promise<SessionGrants | undefined> {
  const row = await grants(db, organization)
    .innerJoin('sessions', 'sessions.user_id', 'users.id')
    .where('sessions.id', '=', sessionId)
    .select(['sessions.revoked_at', 'sessions.expires_at', 'sessions.last_used_at'])
    .executeTakeFirst()
  return (
    row && {
      ...toGrants(row),
      session: {
        revokedAt: row.revoked_at ?? undefined,
        expiresAt: row.expires_at,
        lastUsedAt: row.last_used_at,
      },
    }
  )
}

export async function findByUser(
  db: Db,
  { userId, organizationId }: { userId: string; organizationId: string },
): Promise<UserGrants | undefined> {
  const row = await grants(db, { id: organizationId })
    .where('users.id', '=', userId)
    .executeTakeFirst()
  return row && toGrants(row)
}

function grants(db: Db, organization: WantedOrganization) {
  return db
    .selectFrom('users')
    .leftJoin('organizations', (join) =>
      join.on('organizations.deleted_at', 'is', null).on(isWanted(organization)),
    )
    .leftJoin('memberships', (join) =>
      join
        .onRef('memberships.organization_id', '=', 'organizations.id')
        .onRef('memberships.user_id', '=', 'users.id'),
    )
    .select([
      'users.id as user_id',
      'users.email',
      'users.instance_admin',
      'organizations.id as organization_id',
      'organizations.name as organization_name',
      'organizations.suspended',
      'memberships.role',
      projectRoles.as('projects'),
    ])
}

function isWanted(organization: WantedOrganization): RawBuilder<boolean> {
  if (organization === 'none') return sql<boolean>`false`
  if (organization === 'current') {
    return sql<boolean>`organizations.id = users.current_organization_id`
  }
  return 'id' in organization
    ? sql<boolean>`organizations.id = ${organization.id}`
    : sql<boolean>`organizations.name = ${organization.name}`
}

type ProjectRoles = readonly { readonly id: string; readonly role: ProjectRole }[]

/** Each part by an index of its own. */
const projectRoles = sql<ProjectRoles>`(
  select coalesce(jsonb_agg(jsonb_build_object('id', one.project_id, 'role', one.role)), '[]')
  from (
    select direct.project_id, direct.role from project_members as direct
    where direct.organization_id = memberships.organization_id and direct.user_id = users.id
    union all
    select shared.project_id, shared.role from group_members as mine
    join project_members as shared
      on shared.group_id = mine.group_id and shared.organization_id = mine.organization_id
    where mine.organization_id = memberships.organization_id and mine.user_id = users.id
  ) as one)`

interface GrantsRow {
  readonly user_id: string
  readonly email: string
  readonly instance_admin: boolean
  readonly organization_id: string | null
  readonly organization_name: string | null
  readonly suspended: boolean | null
  readonly role: MemberRole | null
  readonly projects: ProjectRoles
}

function toGrants(row: GrantsRow): UserGrants {
  const { organization_id: id, organization_name: name, suspended } = row
  return {
    userId: row.user_id,
    email: row.email,
    instanceAdmin: row.instance_admin,
    organization:
      id === null || name === null ? undefined : { id, name, suspended: suspended ?? false },
    role: row.role ?? undefined,
    projects: row.projects,
  }
}
