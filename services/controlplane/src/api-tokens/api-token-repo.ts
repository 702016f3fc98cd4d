import type { Selectable } from 'kysely'

import { isGrantable, type Role } from '../auth/right.ts'
import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import { isBehind } from '../db/position.ts'
import type { ApiTokenRow } from '../db/schema.ts'
import type { CursorPage } from '../pages.ts'
import type { ApiToken } from './api-token.ts'

/** What a login has to know, whatever the token's state; undefined for unknown tokens and deleted organizations. */
export async function findForLogin(
  db: Db,
  { id, organizationId }: { id: string; organizationId: string },
): Promise<(ApiToken & { organizationName: string; suspended: boolean }) | undefined> {
  const row = await selectTokens(db, organizationId)
    .innerJoin('organizations', 'organizations.id', 'api_tokens.organization_id')
    .where('api_tokens.id', '=', id)
    .where('organizations.deleted_at', 'is', null)
    .select(['organizations.name as organization_name', 'organizations.suspended'])
    .executeTakeFirst()
  return (
    row && { ...toApiToken(row), organizationName: row.organization_name, suspended: row.suspended }
  )
}

export async function touch(
  db: Db,
  { id, organizationId }: { id: string; organizationId: string },
): Promise<void> {
  await db
    .updateTable('api_tokens')
    .set({ last_used_at: new Date() })
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .execute()
}

/** Undefined when a live token of the same scope has that name. */
export async function insert(
  db: Db,
  token: {
    organizationId: string
    projectId: string | undefined
    workflowId?: string | undefined
    name: string
    description: string
    role: Role
    rights: readonly string[]
    createdBy: string
    expiresAt: Date | undefined
  },
): Promise<ApiToken | undefined> {
  const row = await db
    .insertInto('api_tokens')
    .values({
      organization_id: token.organizationId,
      project_id: token.projectId ?? null,
      workflow_id: token.workflowId ?? null,
      name: token.name,
      description: token.description,
      role: token.role,
      rights: [...token.rights],
      created_by: token.createdBy,
      expires_at: token.expiresAt ?? null,
    })
    .onConflict((oc) => oc.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row && find(db, { id: row.id, organizationId: token.organizationId })
}

export async function find(
  db: Db,
  { id, organizationId }: { id: string; organizationId: string },
): Promise<ApiToken | undefined> {
  const row = await selectTokens(db, organizationId)
    .where('api_tokens.id', '=', id)
    .executeTakeFirst()
  return row && toApiToken(row)
}

export interface ApiTokenFilter {
  readonly organizationId: string
  /** Undefined: of every project and of none. */
  readonly projectIds: readonly string[] | undefined
  readonly scope: 'project' | 'organization' | 'any'
  readonly status: 'active' | 'revoked' | 'any'
}

/** Oldest first; one more than the page has, if there is one. */
export async function list(
  db: Db,
  filter: ApiTokenFilter,
  { after, size }: CursorPage,
): Promise<ApiToken[]> {
  let query = selectTokens(db, filter.organizationId)
    .where(inProjects('api_tokens.project_id', filter.projectIds))
    .where(isBehind('api_tokens', after, 'oldest first'))
  if (filter.scope === 'project') query = query.where('api_tokens.project_id', 'is not', null)
  if (filter.scope === 'organization') query = query.where('api_tokens.project_id', 'is', null)
  if (filter.status === 'active') query = query.where('api_tokens.revoked_at', 'is', null)
  if (filter.status === 'revoked') query = query.where('api_tokens.revoked_at', 'is not', null)
  const rows = await query
    .orderBy('api_tokens.created_at')
    .orderBy('api_tokens.id')
    .limit(size + 1)
    .execute()
  return rows.map(toApiToken)
}

/** False when there was nothing to revoke. */
export async function revoke(
  db: Db,
  { id, organizationId }: { id: string; organizationId: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('api_tokens')
    .set({ revoked_at: new Date() })
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

function selectTokens(db: Db, organizationId: string) {
  return db
    .selectFrom('api_tokens')
    .leftJoin('projects', 'projects.id', 'api_tokens.project_id')
    .leftJoin('workflows', 'workflows.id', 'api_tokens.workflow_id')
    .where('api_tokens.organization_id', '=', organizationId)
    .selectAll('api_tokens')
    .select(['projects.name as project_name', 'workflows.name as workflow_name'])
}

function toApiToken(
  row: Selectable<ApiTokenRow> & { project_name: string | null; workflow_name: string | null },
): ApiToken {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    description: row.description,
    role: row.role,
    rights: row.rights.filter(isGrantable),
    projectId: row.project_id ?? undefined,
    projectName: row.project_name ?? undefined,
    workflowId: row.workflow_id ?? undefined,
    workflowName: row.workflow_name ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  }
}
