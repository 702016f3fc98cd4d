import { notFound } from '@chainloop/kit/errors'
import { type RawBuilder, sql, type SqlBool } from 'kysely'

import type { Actor } from '../auth/actor.ts'
import { getContract } from '../contracts/get-contract.ts'
import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { Position } from '../db/position.ts'
import { getProject } from '../projects/get-project.ts'
import { getWorkflow } from '../workflows/get-workflow.ts'

/** Empty names: any. */
export interface HistoryWish {
  readonly contractName: string
  readonly projectName: string
  readonly workflowName: string
  readonly since: Date
}

/** Which stored runs. */
export interface History {
  readonly organizationId: string
  readonly projectIds: readonly string[] | undefined
  readonly workflowId: string | undefined
  readonly contractId: string | undefined
  readonly since: Date
}

/** Throws `not_found` for what the actor does not see; who may not simulate everywhere names a project. */
export async function historyOf(db: Db, actor: Actor, wish: HistoryWish): Promise<History> {
  const { organizationId } = actor
  const { projectName, workflowName: name, contractName, since } = wish
  if (name !== '' && projectName === '') throw notFound('workflow', name, PROJECT_HINT)
  const project =
    projectName === '' ? undefined : await getProject(db, actor, { name: projectName })
  const right = 'run:read'
  const workflow =
    name === '' ? undefined : await getWorkflow(db, actor, { right, projectName, name })
  const contract =
    contractName === '' ? undefined : await getContract(db, actor, { name: contractName })
  actor.require('policy:simulate', project === undefined ? {} : { projectId: project.id })
  return {
    organizationId,
    projectIds: project ? [project.id] : actor.projectIds,
    workflowId: workflow?.id,
    contractId: contract?.id,
    since,
  }
}

const PROJECT_HINT = { hint: 'name its project, too' }

export async function countRuns(db: Db, history: History): Promise<number> {
  const { rows } = await sql<{ runs: string }>`
    select count(*) as runs from runs where ${conditions(history)}`.execute(db)
  return Number(rows[0]?.runs ?? 0)
}

/** Ids of the next few, newest first. */
export async function nextRuns(
  db: Db,
  history: History,
  { after, limit }: { readonly after: Position | undefined; readonly limit: number },
): Promise<readonly Position[]> {
  const before = after
    ? sql`and (runs.created_at, runs.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`
    : sql``
  const { rows } = await sql<{ id: string; created_at: Date }>`
    select runs.id, runs.created_at from runs where ${conditions(history)} ${before}
    order by runs.created_at desc, runs.id desc limit ${limit}`.execute(db)
  return rows.map((row) => ({ id: row.id, createdAt: row.created_at }))
}

function conditions(history: History): RawBuilder<SqlBool> {
  const { organizationId, projectIds, workflowId, contractId, since } = history
  const all = [
    sql`runs.organization_id = ${organizationId}`,
    sql`runs.state = 'success'`,
    sql`runs.created_at >= ${since}::timestamptz`,
    inProjects('runs.project_id', projectIds),
    ...(workflowId === undefined ? [] : [sql`runs.workflow_id = ${workflowId}`]),
    ...(contractId === undefined ? [] : [ofContract(contractId)]),
  ]
  return sql<SqlBool>`${sql.join(all, sql` and `)}`
}

function ofContract(contractId: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`runs.contract_revision_id in
    (select id from contract_revisions where contract_id = ${contractId})`
}
