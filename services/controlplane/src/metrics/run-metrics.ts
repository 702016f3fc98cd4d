import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import * as workflows from '../workflows/workflow-repo.ts'
import type { Workflow } from '../workflows/workflow.ts'
import * as runs from './metrics-repo.ts'

type Deps = Pick<Context, 'db'>

export interface Totals {
  readonly runs: number
  readonly byState: readonly runs.StateCount[]
  readonly byRunner: readonly { readonly runnerType: string; readonly count: number }[]
}

/** Runs that were started since. */
export async function runTotals(
  { db }: Deps,
  actor: Actor,
  { since }: { readonly since: Date },
): Promise<Totals> {
  const window = windowOf(actor, since)
  const byState = await runs.countByState(db, window)
  const byRunner = await runs.countByRunner(db, window)
  return { runs: byState.reduce((sum, { count }) => sum + count, 0), byState, byRunner }
}

export interface BusyWorkflow {
  readonly workflow: Workflow
  readonly byState: readonly runs.StateCount[]
}

/** Most runs first; deleted workflows have nothing to show and are left out. */
export async function busiestWorkflows(
  { db }: Deps,
  actor: Actor,
  { since, limit }: { readonly since: Date; readonly limit: number },
): Promise<BusyWorkflow[]> {
  const window = windowOf(actor, since)
  const ids = await runs.busiestWorkflows(db, window, limit)
  const counts = Map.groupBy(
    await runs.countByWorkflow(db, window, ids),
    ({ workflowId }) => workflowId,
  )
  const { organizationId } = actor
  const found = await Promise.all(ids.map((id) => workflows.findById(db, { organizationId, id })))
  return found.flatMap((workflow) =>
    workflow ? [{ workflow, byState: counts.get(workflow.id) ?? [] }] : [],
  )
}

/** Of one workflow, or of all that the caller sees. */
export async function dailyRuns(
  { db }: Deps,
  actor: Actor,
  { since, workflowId }: { readonly since: Date; readonly workflowId: string | undefined },
): Promise<runs.DayCount[]> {
  return runs.countByDay(db, windowOf(actor, since), workflowId)
}

function windowOf(actor: Actor, since: Date): runs.RunWindow {
  actor.requireSomewhere('run:read')
  return { organizationId: actor.organizationId, projectIds: actor.projectIds, since }
}
