import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Db } from '../db/db.ts'
import type { AppliedException, ExceptionUse } from '../policy-exceptions/applied-exception.ts'
import * as uses from '../policy-exceptions/exception-use-repo.ts'

/** What the server found for a run. */
export interface RunEvaluations {
  readonly evaluations: readonly PolicyEvaluation[]
  /** Where the job says something else, in words. */
  readonly differences: readonly string[]
  /** What there was leave for, where it made a difference. */
  readonly exceptions: readonly ExceptionUse[]
  /** The one time that all policies of the run are told. */
  readonly evaluatedAt: Date
  /** Absent: they are still being evaluated, and none has a verdict yet. */
  readonly finishedAt: Date | undefined
}

/** What an evaluation comes to, whenever it was. */
export type Found = Pick<RunEvaluations, 'evaluations' | 'differences' | 'exceptions'>

/** The same, as it can be read later. */
export interface RecordedEvaluations extends RunEvaluations {
  readonly exceptions: readonly AppliedException[]
}

export interface RunReference {
  readonly organizationId: string
  readonly runId: string
}

export async function insert(
  tx: Db,
  { organizationId, runId }: RunReference,
  { evaluations, differences, exceptions, evaluatedAt, finishedAt }: RunEvaluations,
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
  await uses.insert(tx, { organizationId, runId }, exceptions)
}

/** For a run that was stored before its policies were evaluated. */
export async function finish(
  tx: Db,
  { organizationId, runId }: RunReference,
  { evaluations, differences, exceptions }: Found,
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
  await uses.insert(tx, { organizationId, runId }, exceptions)
}

export async function find(
  db: Db,
  { organizationId, runId }: RunReference,
): Promise<RecordedEvaluations | undefined> {
  const row = await db
    .selectFrom('policy_evaluations')
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', runId)
    .selectAll()
    .executeTakeFirst()
  if (!row) return undefined
  const { evaluations, differences, evaluated_at: evaluatedAt, finished_at: finishedAt } = row
  const exceptions = await uses.exceptionsAppliedTo(db, { organizationId, runId })
  const found = { evaluations, differences, exceptions }
  return { ...found, evaluatedAt, finishedAt: finishedAt ?? undefined }
}
