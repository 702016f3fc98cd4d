import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { RunState } from '../db/schema.ts'

/** Runs that were started since, where the caller may look. */
export interface RunWindow {
  readonly organizationId: string
  /** Undefined: all of the organization. */
  readonly projectIds: readonly string[] | undefined
  readonly since: Date
}

export interface StateCount {
  readonly state: RunState
  readonly count: number
}

export async function countByState(db: Db, window: RunWindow): Promise<StateCount[]> {
  return db
    .selectFrom('runs')
    .where('organization_id', '=', window.organizationId)
    .where('created_at', '>=', window.since)
    .where(inProjects('project_id', window.projectIds))
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .groupBy('state')
    .orderBy('state')
    .execute()
}

export async function countByRunner(
  db: Db,
  window: RunWindow,
): Promise<{ runnerType: string; count: number }[]> {
  const rows = await db
    .selectFrom('runs')
    .where('organization_id', '=', window.organizationId)
    .where('created_at', '>=', window.since)
    .where(inProjects('project_id', window.projectIds))
    .select((eb) => ['runner_type', eb.fn.countAll<number>().as('count')])
    .groupBy('runner_type')
    .orderBy('runner_type')
    .execute()
  return rows.map(({ runner_type: runnerType, count }) => ({ runnerType, count }))
}

/** Most runs first; also workflows that are deleted. */
export async function busiestWorkflows(
  db: Db,
  window: RunWindow,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('runs')
    .where('organization_id', '=', window.organizationId)
    .where('created_at', '>=', window.since)
    .where(inProjects('project_id', window.projectIds))
    .select((eb) => ['workflow_id', eb.fn.countAll<number>().as('count')])
    .groupBy('workflow_id')
    .orderBy('count', 'desc')
    .orderBy('workflow_id')
    .limit(limit)
    .execute()
  return rows.map((row) => row.workflow_id)
}

export interface DayCount extends StateCount {
  /** YYYY-MM-DD, UTC. */
  readonly date: string
}

/** Oldest day first; days without runs are left out. */
export async function countByDay(
  db: Db,
  window: RunWindow,
  workflowId: string | undefined,
): Promise<DayCount[]> {
  const day = sql<string>`to_char(created_at at time zone 'utc', 'YYYY-MM-DD')`
  return db
    .selectFrom('runs')
    .where('organization_id', '=', window.organizationId)
    .where('created_at', '>=', window.since)
    .where(inProjects('project_id', window.projectIds))
    .$if(workflowId !== undefined, (q) => q.where('workflow_id', '=', workflowId ?? ''))
    .select((eb) => [day.as('date'), 'state', eb.fn.countAll<number>().as('count')])
    .groupBy(['date', 'state'])
    .orderBy('date')
    .orderBy('state')
    .execute()
}

export interface WorkflowStateCount extends StateCount {
  readonly workflowId: string
}

export async function countByWorkflow(
  db: Db,
  window: RunWindow,
  workflowIds: readonly string[],
): Promise<WorkflowStateCount[]> {
  if (workflowIds.length === 0) return []
  const rows = await db
    .selectFrom('runs')
    .where('organization_id', '=', window.organizationId)
    .where('created_at', '>=', window.since)
    .where('workflow_id', 'in', [...workflowIds])
    .select((eb) => ['workflow_id', 'state', eb.fn.countAll<number>().as('count')])
    .groupBy(['workflow_id', 'state'])
    .orderBy('state')
    .execute()
  return rows.map(({ workflow_id: workflowId, ...row }) => ({ workflowId, ...row }))
}
