import type { Transaction } from 'kysely'
import { fromKysely } from 'pg-boss'
import type { PgBoss } from 'pg-boss'

import type { Context } from '../context.ts'
import type { Schema } from '../db/schema.ts'
import type { RunEvaluations } from './policy-evaluation-repo.ts'

/** Runs that are stored and whose policies are still to be evaluated. */
export const EVALUATION_QUEUE = 'policy-evaluation'
/** Those of them that could not be evaluated however often it was tried. */
export const GIVEN_UP_QUEUE = 'policy-evaluation-given-up'

/** What a job says: never content, only what it is about. */
export interface EvaluationTask {
  readonly organizationId: string
  readonly runId: string
}

/** Tries for about half a day: whoever waits at the gate wants to hear something in the end. */
export async function createEvaluationQueue(queue: PgBoss): Promise<void> {
  const kept = { retentionSeconds: 30 * 86_400, deleteAfterSeconds: 86_400, notify: true }
  await queue.createQueue(GIVEN_UP_QUEUE, { ...kept, retryLimit: 100, retryDelay: 60 })
  await queue.createQueue(EVALUATION_QUEUE, {
    ...kept,
    retryLimit: 30,
    retryDelay: 2,
    retryBackoff: true,
    retryDelayMax: 1800,
    expireInSeconds: 3600,
    heartbeatSeconds: 10,
    deadLetter: GIVEN_UP_QUEUE,
  })
  // Fills the queue's cache of itself: inside a transaction on PGlite it could not ask for it.
  await queue.insert(EVALUATION_QUEUE, [])
}

/** Nothing for a run whose verdicts are known already. */
export async function enqueueEvaluation(
  tx: Transaction<Schema>,
  { queue }: Pick<Context, 'queue'>,
  { organizationId, runId, finishedAt }: EvaluationTask & Pick<RunEvaluations, 'finishedAt'>,
): Promise<void> {
  if (finishedAt) return
  const data: EvaluationTask = { organizationId, runId }
  await queue.insert(EVALUATION_QUEUE, [{ data }], { db: fromKysely(tx) })
}
