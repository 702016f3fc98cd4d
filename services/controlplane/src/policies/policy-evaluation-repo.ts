import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Db } from '../db/db.ts'

/** What the server found for a run. */
export interface RunEvaluations {
  readonly evaluations: readonly PolicyEvaluation[]
  /** Where the job says something else, in words. */
  readonly differences: readonly string[]
  /** The one time that all policies of the run are told. */
  readonly evaluatedAt: Date
  /** Absent: they are still being evaluated, and none has a verdict yet. */
  readonly finishedAt: Date | undefined
}

export interface RunReference {
  readonly organizationId: string
  readonly runId: string
}

export async function insert(
  tx: Db,
  { organizationId, runId }: RunReference,
  { evaluations, differences, evaluatedAt, finishedAt }: RunEvaluations,
): Promise<void> {
  await tx
    .insertInto('policy_evaluations')
    .values({
      organization_id: organizationId,
      run_id: runId,
      evaluations: JSON.stringify(evaluations),
      differences: JSON.stringify(differences),
      evaluated_at: evaluatedAt,
      finished_at: finishedAt ?? null,
    })
    .execute()
}

/** For a run that was stored before its policies were evaluated. */
export async function finish(
  tx: Db,
  { organizationId, runId }: RunReference,
  { evaluations, differences }: Pick<RunEvaluations, 'evaluations' | 'differences'>,
): Promise<void> {
  await tx
    .updateTable('policy_evaluations')
    .set({
      evaluations: JSON.stringify(evaluations),
      differences: JSON.stringify(differences),
      finished_at: new Date(),
    })
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', runId)
    .where('finished_at', 'is', null)
    .execute()
}

export async function find(
  db: Db,
  { organizationId, runId }: RunReference,
): Promise<RunEvaluations | undefined> {
  const row = await db
    .selectFrom('policy_evaluations')
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', runId)
    .selectAll()
    .executeTakeFirst()
  if (!row) return undefined
  const { evaluations, differences, evaluated_at: evaluatedAt, finished_at: finishedAt } = row
  return { evaluations, differences, evaluatedAt, finishedAt: finishedAt ?? undefined }
}
