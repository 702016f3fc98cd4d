import { type RawBuilder, type SqlBool, sql } from 'kysely'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { RunState } from '../db/schema.ts'
import type { OffsetPage, Page } from '../pages.ts'
import { matchesMetadata, type MetadataFilter } from './metadata-filter.ts'
import { selectWorkflows, toWorkflow } from './select-workflows.ts'
import type { Workflow } from './workflow.ts'

/** Name, team and description are alternatives, matched anywhere and without case; the rest must all hold. */
export interface WorkflowFilter {
  readonly name?: string
  readonly team?: string
  readonly description?: string
  readonly projectNames?: readonly string[]
  readonly runnerType?: string
  readonly lastRunState?: RunState
  readonly activeSince?: Date
  readonly metadata?: readonly MetadataFilter[]
}

/** Newest first. */
export async function listWorkflows(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { filter, page }: { filter: WorkflowFilter; page: OffsetPage },
): Promise<Page<Workflow>> {
  actor.requireSomewhere('workflow:read')
  const query = filtered(db, actor, filter)
  const rows = await query
    .orderBy('workflows.created_at', 'desc')
    .orderBy('workflows.id', 'desc')
    .limit(page.size)
    .offset((page.number - 1) * page.size)
    .execute()
  const counted = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { items: rows.map(toWorkflow), totalCount: counted.total }
}

type Query = ReturnType<typeof selectWorkflows>

function filtered(db: Db, actor: Actor, filter: WorkflowFilter): Query {
  const texts = {
    'workflows.name': filter.name,
    'workflows.team': filter.team,
    'workflows.description': filter.description,
  } as const
  const matches = Object.entries(texts).flatMap(([column, text]) =>
    text ? [contains(column, text)] : [],
  )

  let query = selectWorkflows(db, actor.organizationId).where(
    inProjects('workflows.project_id', actor.projectIds),
  )
  if (matches.length > 0) query = query.where((eb) => eb.or(matches))
  if (filter.projectNames?.length)
    query = query.where('projects.name', 'in', [...filter.projectNames])
  if (filter.runnerType !== undefined)
    query = query.where('last_run.runner_type', '=', filter.runnerType)
  if (filter.lastRunState !== undefined)
    query = query.where('last_run.state', '=', filter.lastRunState)
  if (filter.activeSince !== undefined)
    query = query.where('workflows.updated_at', '>=', filter.activeSince)
  for (const one of filter.metadata ?? []) query = query.where(matchesMetadata(one))
  return query
}

function contains(column: string, text: string): RawBuilder<SqlBool> {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return sql<SqlBool>`${sql.ref(column)} ilike ${pattern}`
}
