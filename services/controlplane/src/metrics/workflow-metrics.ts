import { sql } from 'kysely'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { GaugeMetric, HistogramMetric, HistogramSample, Metric } from './exposition.ts'

/** Seconds. */
const BOUNDS = [10, 30, 60, 90, 120, 180, 240, 300, 600, 900, 1200] as const

/**
 * What an organization shows to its Prometheus: whether the last finished run of each workflow succeeded, and how long
 * runs took. Counted by the database, so that every replica says the same and no restart forgets.
 */
export async function workflowMetrics(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
): Promise<Metric[]> {
  actor.require('run:read')
  return [await workflowsUp(db, actor), await runDurations(db, actor)]
}

async function workflowsUp(
  db: Db,
  { organizationId, organizationName }: Actor,
): Promise<GaugeMetric> {
  const rows = await db
    .selectFrom('workflows')
    .where('workflows.organization_id', '=', organizationId)
    .where('workflows.deleted_at', 'is', null)
    .innerJoin('projects', 'projects.id', 'workflows.project_id')
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('runs')
          .whereRef('runs.workflow_id', '=', 'workflows.id')
          .where('runs.organization_id', '=', organizationId)
          .where('runs.state', '!=', 'initialized')
          .select(['runs.state', 'runs.runner_type'])
          .orderBy('runs.created_at', 'desc')
          .orderBy('runs.id', 'desc')
          .limit(1)
          .as('last'),
      (join) => join.onTrue(),
    )
    .select([
      'workflows.name as workflow',
      'projects.name as project',
      'last.state',
      'last.runner_type as runner',
    ])
    .orderBy('projects.name')
    .orderBy('workflows.name')
    .execute()
  return {
    type: 'gauge',
    name: 'chainloop_workflow_up',
    help: 'Whether the last finished run of a workflow succeeded.',
    samples: rows.map(({ state, ...labels }) => ({
      labels: { org: organizationName, ...labels },
      value: state === 'success' ? 1 : 0,
    })),
  }
}

async function runDurations(
  db: Db,
  { organizationId, organizationName }: Actor,
): Promise<HistogramMetric> {
  const seconds = sql<number>`extract(epoch from (runs.finished_at - runs.created_at))::float8`
  const rows = await db
    .selectFrom('runs')
    .innerJoin('workflows', 'workflows.id', 'runs.workflow_id')
    .innerJoin('projects', 'projects.id', 'workflows.project_id')
    .where('runs.organization_id', '=', organizationId)
    .where('runs.finished_at', 'is not', null)
    .select([
      'workflows.name as workflow',
      'projects.name as project',
      'runs.state as status',
      'runs.runner_type as runner',
      sql<number[]>`array[${sql.join(
        BOUNDS.map((bound) => sql`count(*) filter (where ${seconds} <= ${sql.lit(bound)})`),
      )}]::float8[]`.as('at_most'),
      (eb) => eb.fn.countAll<number>().as('count'),
      sql<number>`sum(${seconds})`.as('sum'),
    ])
    .groupBy(['projects.name', 'workflows.name', 'runs.state', 'runs.runner_type'])
    .orderBy('projects.name')
    .orderBy('workflows.name')
    .orderBy('runs.state')
    .execute()
  return {
    type: 'histogram',
    name: 'chainloop_workflow_run_duration_seconds',
    help: 'How long runs took, from their start to their end.',
    bounds: BOUNDS,
    samples: rows.map(({ at_most: atMost, count, sum, ...labels }): HistogramSample => ({
      labels: { org: organizationName, ...labels },
      atMost,
      count,
      sum,
    })),
  }
}
