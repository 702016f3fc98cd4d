import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Db } from '../db/db.ts'
import type { RunToEvaluate } from '../policies/evaluate-run.ts'
import { applyExceptions, type Excepted } from './apply-exceptions.ts'
import * as exceptions from './policy-exception-repo.ts'

/** What the policies of a run found, with what there is leave for at the time that they are told. */
export async function withExceptions(
  db: Db,
  { truth: { run }, judged, now }: Pick<RunToEvaluate, 'truth' | 'judged' | 'now'>,
  found: readonly PolicyEvaluation[],
): Promise<Excepted> {
  const live = await exceptions.listLive(db, {
    organizationId: run.organization.id,
    projectId: run.project.id,
    workflowId: run.workflow.id,
    policies: [...new Set(found.map(({ name }) => name))],
    now,
  })
  if (live.length === 0) return { evaluations: found, uses: [] }
  const digests = new Map(judged.materials.map(({ name, digest }) => [name, digest]))
  return applyExceptions(found, { exceptions: live, digests })
}
