import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { RunState, WorkflowRow } from '../db/schema.ts'
import type { LastRun, Workflow } from './workflow.ts'

/** Live workflows of an organization with what is shown of their project, contract and last run. */
// eslint-disable-next-line typescript/explicit-module-boundary-types -- kysely's builder type is its own documentation
export function selectWorkflows(db: Db, organizationId: string) {
  return (
    db
      .selectFrom('workflows')
      .where('workflows.organization_id', '=', organizationId)
      .innerJoin('projects', 'projects.id', 'workflows.project_id')
      .innerJoin('contracts', 'contracts.id', 'workflows.contract_id')
      // Each looked up by its key: the limit keeps the planner from reading all runs instead.
      .leftJoinLateral(
        (eb) =>
          eb
            .selectFrom('runs')
            .whereRef('runs.id', '=', 'workflows.latest_run_id')
            .where('runs.organization_id', '=', organizationId)
            .select([
              'id',
              'state',
              'reason',
              'run_url',
              'runner_type',
              'created_at',
              'finished_at',
            ])
            .limit(1)
            .as('last_run'),
        (join) => join.onTrue(),
      )
      .where('projects.organization_id', '=', organizationId)
      .where('workflows.deleted_at', 'is', null)
      .selectAll('workflows')
      .select([
        'projects.name as project_name',
        'contracts.name as contract_name',
        'contracts.latest_revision as contract_latest_revision',
        'last_run.id as run_id',
        'last_run.state as run_state',
        'last_run.reason as run_reason',
        'last_run.run_url',
        'last_run.runner_type as run_runner_type',
        'last_run.created_at as run_created_at',
        'last_run.finished_at as run_finished_at',
      ])
  )
}

interface Joined extends Selectable<WorkflowRow> {
  readonly project_name: string
  readonly contract_name: string
  readonly contract_latest_revision: number
  readonly run_id: string | null
  readonly run_state: RunState | null
  readonly run_reason: string | null
  readonly run_url: string | null
  readonly run_runner_type: string | null
  readonly run_created_at: Date | null
  readonly run_finished_at: Date | null
}

export function toWorkflow(row: Joined): Workflow {
  return {
    id: row.id,
    organizationId: row.organization_id,
    project: { id: row.project_id, name: row.project_name },
    contract: {
      id: row.contract_id,
      name: row.contract_name,
      latestRevision: row.contract_latest_revision,
    },
    name: row.name,
    team: row.team,
    description: row.description,
    allowJobContractUpdate: row.allow_job_contract_update ?? undefined,
    allowOldContractRevisions: row.allow_old_contract_revisions ?? undefined,
    runsCount: row.runs_count,
    lastRun: toLastRun(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function toLastRun(row: Joined): LastRun | undefined {
  if (row.run_id === null || row.run_state === null || row.run_created_at === null) return undefined
  return {
    id: row.run_id,
    state: row.run_state,
    reason: row.run_reason ?? '',
    runUrl: row.run_url ?? '',
    runnerType: row.run_runner_type ?? '',
    createdAt: row.run_created_at,
    finishedAt: row.run_finished_at ?? undefined,
  }
}
