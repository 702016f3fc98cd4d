import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { Position } from '../db/position.ts'
import type { ExceptionState, PolicyException } from './policy-exception.ts'

export type NewException = Omit<PolicyException, 'id' | 'state' | 'createdAt'>

/** The new exception's id. */
export async function insert(tx: Db, exception: NewException): Promise<string> {
  const { subject } = exception
  const { id } = await tx
    .insertInto('policy_exceptions')
    .values({
      organization_id: exception.organizationId,
      policy: exception.policy,
      project_id: subject.project?.id ?? null,
      workflow_id: subject.workflow?.id ?? null,
      material: subject.material,
      digest: subject.digest,
      violation: subject.violation,
      reason: exception.reason,
      approvals_needed: exception.approvalsNeeded,
      expires_at: exception.expiresAt,
      requested_by: exception.requestedBy,
      requested_by_name: exception.requestedByName,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

interface ExceptionReference {
  readonly organizationId: string
  readonly id: string
}

export async function find(
  db: Db,
  { organizationId, id }: ExceptionReference,
): Promise<PolicyException | undefined> {
  const row = await exceptions(db, organizationId)
    .where('policy_exceptions.id', '=', id)
    .executeTakeFirst()
  return row && toException(row)
}

/** Decisions about one exception are made one after the other. */
export async function lock(tx: Db, { organizationId, id }: ExceptionReference): Promise<void> {
  await tx
    .selectFrom('policy_exceptions')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .select('id')
    .forUpdate()
    .execute()
}

export async function setState(
  tx: Db,
  { organizationId, id }: ExceptionReference,
  state: ExceptionState,
): Promise<void> {
  await tx
    .updateTable('policy_exceptions')
    .set({ state, ...(state === 'approved' && { approved_at: new Date() }) })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

export interface ExceptionFilter {
  readonly organizationId: string
  /** Undefined: of all; else those of these projects and of the whole organization. */
  readonly projectIds: readonly string[] | undefined
  readonly state: ExceptionState | undefined
  /** Empty: any. */
  readonly policy: string
}

/** Newest first. */
export async function list(
  db: Db,
  { organizationId, projectIds, state, policy }: ExceptionFilter,
  { after, limit }: { after: Position | undefined; limit: number },
): Promise<PolicyException[]> {
  let query = exceptions(db, organizationId)
  if (state !== undefined) query = query.where('policy_exceptions.state', '=', state)
  if (policy !== '') query = query.where('policy_exceptions.policy', '=', policy)
  if (projectIds !== undefined) {
    query = query.where((where) =>
      where.or([
        where('policy_exceptions.project_id', 'is', null),
        inProjects('policy_exceptions.project_id', projectIds),
      ]),
    )
  }
  if (after) {
    const place = sql<boolean>`(policy_exceptions.created_at, policy_exceptions.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`
    query = query.where(place)
  }
  const rows = await query
    .orderBy('policy_exceptions.created_at', 'desc')
    .orderBy('policy_exceptions.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toException)
}

export interface ExceptionPlace {
  readonly organizationId: string
  readonly projectId: string
  readonly workflowId: string
  /** Names. */
  readonly policies: readonly string[]
  readonly now: Date
}

/** Approved ones of these policies that have not expired, for runs of a workflow; oldest first. */
export async function listLive(
  db: Db,
  { organizationId, projectId, workflowId, policies, now }: ExceptionPlace,
): Promise<PolicyException[]> {
  if (policies.length === 0) return []
  const rows = await exceptions(db, organizationId)
    .where('policy_exceptions.approved_at', 'is not', null)
    // What has expired meanwhile was good at the time that a late evaluation is told.
    .where('policy_exceptions.state', 'in', ['approved', 'expired'])
    .where('policy_exceptions.expires_at', '>', now)
    .where('policy_exceptions.policy', 'in', policies)
    .where((where) =>
      where.and([
        where.or([
          where('policy_exceptions.project_id', 'is', null),
          where('policy_exceptions.project_id', '=', projectId),
        ]),
        where.or([
          where('policy_exceptions.workflow_id', 'is', null),
          where('policy_exceptions.workflow_id', '=', workflowId),
        ]),
      ]),
    )
    .orderBy('policy_exceptions.created_at')
    .orderBy('policy_exceptions.id')
    .execute()
  return rows.map(toException)
}

function exceptions(db: Db, organizationId: string) {
  return db
    .selectFrom('policy_exceptions')
    .leftJoin('projects', 'projects.id', 'policy_exceptions.project_id')
    .leftJoin('workflows', 'workflows.id', 'policy_exceptions.workflow_id')
    .where('policy_exceptions.organization_id', '=', organizationId)
    .selectAll('policy_exceptions')
    .select(['projects.name as project_name', 'workflows.name as workflow_name'])
}

type Row = Awaited<ReturnType<ReturnType<typeof exceptions>['executeTakeFirstOrThrow']>>

function toException(row: Row): PolicyException {
  const named = (id: string | null, name: string | null) =>
    id === null ? undefined : { id, name: name ?? '' }
  return {
    id: row.id,
    organizationId: row.organization_id,
    policy: row.policy,
    subject: {
      project: named(row.project_id, row.project_name),
      workflow: named(row.workflow_id, row.workflow_name),
      material: row.material,
      digest: row.digest,
      violation: row.violation,
    },
    reason: row.reason,
    state: row.state,
    approvalsNeeded: row.approvals_needed,
    expiresAt: row.expires_at,
    requestedBy: row.requested_by,
    requestedByName: row.requested_by_name,
    createdAt: row.created_at,
  }
}
