import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Db } from '../db/db.ts'

/** What the server found for a run. */
export interface RunEvaluations {
  readonly evaluations: readonly PolicyEvaluation[]
  /** Where the job says something else, in words. */
  readonly differences: readonly string[]
  readonly evaluatedAt: Date
}

export interface RunReference {
  readonly organizationId: string
  readonly runId: string
}

export async function insert(
  tx: Db,
  { organizationId, runId }: RunReference,
  { evaluations, differences, evaluatedAt }: RunEvaluations,
): Promise<void> {
  await tx
    .insertInto('policy_evaluations')
    .values({
      organization_id: organizationId,
      run_id: runId,
      evaluations: JSON.stringify(evaluations),
      differences: JSON.stringify(differences),
      evaluated_at: evaluatedAt,
    })
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
  const { evaluations, differences, evaluated_at: evaluatedAt } = row
  return { evaluations, differences, evaluatedAt }
}
