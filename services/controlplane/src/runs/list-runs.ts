import { invalid } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inProjects } from '../db/in-projects.ts'
import { readPosition, writePosition } from '../db/position.ts'
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
  const rows = await selectRuns(db, actor.organizationId)
    .where((where) =>
      where.and([
        inProjects('runs.project_id', actor.projectIds),
        ...(input.projectName === '' ? [] : [where('projects.name', '=', input.projectName)]),
        ...(input.workflowName === '' ? [] : [where('workflows.name', '=', input.workflowName)]),
        ...(input.projectVersion === ''
          ? []
          : [where('project_versions.version', '=', input.projectVersion)]),
        ...(input.state === undefined ? [] : [where('runs.state', '=', input.state)]),
        ...(input.policyStatus === undefined
          ? []
          : [where('runs.policy_status', '=', input.policyStatus)]),
        ...(input.hasGates === undefined
          ? []
          : [where('runs.policy_has_gates', '=', input.hasGates)]),
        ...(after === undefined
          ? []
          : [
              where(
                where.refTuple('runs.created_at', 'runs.id'),
                '<',
                where.tuple(after.createdAt, after.id),
              ),
            ]),
      ]),
    )
    .orderBy('runs.created_at', 'desc')
    .orderBy('runs.id', 'desc')
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit).map(toRun)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    runs: shown,
    nextCursor: last ? writePosition(last) : '',
  }
}

function assertScoped({ workflowName, projectName, projectVersion }: ListRunsInput): void {
  if (projectName !== '') return
  if (workflowName !== '' || projectVersion !== '') {
    throw invalid('a workflow or a version needs the name of its project', {
      reason: 'PROJECT_REQUIRED',
    })
  }
}
