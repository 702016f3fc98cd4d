import { invalid } from '@chainloop/kit/errors'
import { sql } from 'kysely'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import { readPosition, writePosition } from '../db/position.ts'
import { pageOfRuns, type RunFilter } from './run-page.ts'
import { selectRuns, toRun } from './run-repo.ts'
import type { PolicyStatus, Run, RunState } from './run.ts'

/** Empty and undefined: all. */
export interface ListRunsInput {
  readonly workflowName: string
  readonly projectName: string
  readonly projectVersion: string
  readonly state: RunState | undefined
  readonly policyStatus: PolicyStatus | undefined
  readonly hasGates: boolean | undefined
  readonly cursor: string
  /** 0: 10. */
  readonly limit: number
}

export interface RunPage {
  /** Newest first. */
  readonly runs: readonly Run[]
  /** Empty: there is no further page. */
  readonly nextCursor: string
}

const DEFAULT_LIMIT = 10

export async function listRuns(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  input: ListRunsInput,
): Promise<RunPage> {
  assertScoped(input)
  const limit = input.limit || DEFAULT_LIMIT
  const after = readPosition(input.cursor)
  const filter = await filterOf(db, actor, input)
  const ids = await pageOfRuns(db, filter, { after, limit: limit + 1 })
  const found = await findRuns(db, actor, ids.slice(0, limit))
  const last = ids.length > limit ? found.at(-1) : undefined
  return { runs: found, nextCursor: last ? writePosition(last) : '' }
}

/** Of one organization, newest first. */
export async function findRuns(
  db: Db,
  { organizationId }: Pick<Actor, 'organizationId'>,
  ids: readonly string[],
): Promise<Run[]> {
  if (ids.length === 0) return []
  const rows = await selectRuns(db, organizationId)
    .where('runs.id', 'in', [...ids])
    .orderBy('runs.created_at', 'desc')
    .orderBy('runs.id', 'desc')
    .execute()
  return rows.map(toRun)
}

/** Names are looked up first: what has a name may be deleted, and another one have it now. */
async function filterOf(db: Db, actor: Actor, input: ListRunsInput): Promise<RunFilter> {
  const { organizationId } = actor
  const { state, policyStatus, hasGates } = input
  const common = { organizationId, state, policyStatus, hasGates, versionIds: undefined }
  if (input.projectName === '') {
    const { projectIds: ids } = actor
    return { ...common, scope: ids ? { column: 'project_id', ids } : 'organization' }
  }
  const projectIds = (
    await idsByName(db, { table: 'projects', organizationId, name: input.projectName })
  ).filter((id) => actor.sees(id))
  const inProject = { organizationId, projectIds }
  const workflowIds =
    input.workflowName === ''
      ? undefined
      : await idsByName(db, { ...inProject, table: 'workflows', name: input.workflowName })
  const versionIds =
    input.projectVersion === ''
      ? undefined
      : await idsByName(db, { ...inProject, table: 'project_versions', name: input.projectVersion })
  if (workflowIds) {
    return { ...common, scope: { column: 'workflow_id', ids: workflowIds }, versionIds }
  }
  if (versionIds) return { ...common, scope: { column: 'project_version_id', ids: versionIds } }
  return { ...common, scope: { column: 'project_id', ids: projectIds } }
}

interface Named {
  readonly table: 'projects' | 'workflows' | 'project_versions'
  readonly organizationId: string
  readonly projectIds?: readonly string[]
  readonly name: string
}

async function idsByName(
  db: Db,
  { table, organizationId, projectIds, name }: Named,
): Promise<readonly string[]> {
  const inOrganization = db
    .selectFrom(table)
    .select('id')
    .where('organization_id', '=', organizationId)
  const rows = await inOrganization
    .where(sql.ref(table === 'project_versions' ? 'version' : 'name'), '=', name)
    .where(inProjects('project_id', projectIds))
    .execute()
  return rows.map(({ id }) => id)
}

function assertScoped({ workflowName, projectName, projectVersion }: ListRunsInput): void {
  if (projectName !== '') return
  if (workflowName !== '' || projectVersion !== '') {
    throw invalid('a workflow or a version needs the name of its project', {
      reason: 'PROJECT_REQUIRED',
    })
  }
}
