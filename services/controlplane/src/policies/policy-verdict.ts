import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { getRun } from '../runs/open-run.ts'
import type { PolicySummary } from '../runs/run.ts'
import * as evaluations from './policy-evaluation-repo.ts'
import { blockersOf } from './policy-summary.ts'

export interface PolicyVerdict {
  /** Absent while the run is open. */
  readonly policy: PolicySummary | undefined
  /** Why it must not go on, in words, one per gate that does not hold. */
  readonly blockers: readonly string[]
}

/** What the server found for a run that the actor may store. */
export async function policyVerdict(db: Db, actor: Actor, runId: string): Promise<PolicyVerdict> {
  const { organizationId } = actor
  const run = await getRun(db, actor, { runId, right: 'run:store' })
  const found = await evaluations.find(db, { organizationId, runId })
  const blockers = found ? blockersOf(found.evaluations, run) : []
  return { policy: run.policy, blockers }
}
