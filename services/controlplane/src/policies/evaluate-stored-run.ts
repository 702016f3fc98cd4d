import { parseBundle } from '@chainloop/attestation/bundle/bundle'
import { InvalidStatement, parseStatement } from '@chainloop/attestation/predicate/parse-statement'

import * as attestations from '../attestations/attestation-repo.ts'
import type { Attestation } from '../attestations/attestation-repo.ts'
import { gatherTruth } from '../attestations/gather-truth.ts'
import { readClaim } from '../attestations/material-claims.ts'
import { policyMetadata } from '../attestations/referrer-graph.ts'
import type { Truth } from '../attestations/truth.ts'
import * as audit from '../audit/audit.ts'
import { listPossessions } from '../cas-mappings/possession.ts'
import type { Db } from '../db/db.ts'
import { inTransaction } from '../db/db.ts'
import { withExceptions } from '../policy-exceptions/with-exceptions.ts'
import * as referrers from '../referrers/referrer-repo.ts'
import { ATTESTATION_KIND } from '../referrers/referrer.ts'
import * as runs from '../runs/run-repo.ts'
import type { RunToEvaluate } from './evaluate-run.ts'
import type { EvaluationTask } from './evaluation-queue.ts'
import * as evaluations from './policy-evaluation-repo.ts'
import type { Found } from './policy-evaluation-repo.ts'
import { policySummary } from './policy-summary.ts'
import { findAndCompare, runToEvaluate, type TrustedDeps } from './trusted-evaluation.ts'
import { unjudgedRun } from './unjudged-run.ts'

const SYSTEM = { kind: 'service', id: 'policy-evaluator', name: 'policy evaluator' } as const

/** Evaluates what Store did not wait for, at the time that Store fixed. Repeating it changes nothing. */
export async function evaluateStoredRun(ctx: TrustedDeps, task: EvaluationTask): Promise<void> {
  const waiting = await findWaiting(ctx.db, task)
  if (!waiting) return
  await settle(ctx.db, waiting, await findAndCompare(ctx, waiting.run))
}

/** The run gets its answer: that there is none. */
export async function giveRunUp(
  { db }: Pick<TrustedDeps, 'db'>,
  task: EvaluationTask,
): Promise<void> {
  const waiting = await findWaiting(db, task)
  if (!waiting) return
  const evaluated = unjudgedRun(waiting.run, 'the evaluation was tried and did not end, many times')
  const { evaluations: excepted, uses } = await withExceptions(db, waiting.run, evaluated)
  await settle(db, waiting, { evaluations: excepted, differences: [], exceptions: uses })
}

interface Waiting {
  readonly run: RunToEvaluate
  readonly stored: Attestation
}

async function findWaiting(
  db: Db,
  { organizationId, runId }: EvaluationTask,
): Promise<Waiting | undefined> {
  const run = await runs.find(db, { organizationId, id: runId })
  if (run?.policy?.status !== 'evaluating') return undefined
  const stored = await attestations.findByRun(db, { organizationId, id: runId })
  const known = await evaluations.find(db, { organizationId, runId })
  if (!stored || !known) return undefined
  const gathered = await gatherTruth(db, run)
  const judged = await evidenceOf(db, gathered.truth, stored)
  return { run: await runToEvaluate(db, { ...gathered, judged }, known.evaluatedAt), stored }
}

/** What a stored bundle says and what there is of it. It was judged when it was stored. */
export async function evidenceOf(
  db: Db,
  { run, backend }: Truth,
  { bundle }: Pick<Attestation, 'bundle'>,
): Promise<RunToEvaluate['judged']> {
  const { envelope } = parseBundle(bundle)
  if (!envelope) throw new InvalidStatement(`the attestation of run ${run.id} holds no statement`)
  const statement = parseStatement(envelope.payload)
  const materials = (statement.predicate.materials ?? []).map(readClaim)
  const holder = {
    organizationId: run.organization.id,
    projectId: run.project.id,
    backendId: backend.id,
  }
  const uploaded = materials.flatMap(({ place, digest }) => (place.type === 'cas' ? [digest] : []))
  return { statement, materials, possessions: await listPossessions(db, holder, uploaded) }
}

async function settle(db: Db, { run: { truth }, stored }: Waiting, found: Found): Promise<void> {
  const { run } = truth
  const organizationId = run.organization.id
  const policy = policySummary({ ...found, finishedAt: new Date() }, run)
  await inTransaction(db, async (tx) => {
    if (!(await runs.settlePolicy(tx, { organizationId, id: run.id }, policy))) return
    await evaluations.finish(tx, { organizationId, runId: run.id }, found)
    const attestation = { organizationId, digest: stored.digest, kind: ATTESTATION_KIND }
    await referrers.addMetadata(tx, attestation, policyMetadata(policy))
    await audit.record(tx, {
      organizationId,
      actor: SYSTEM,
      action: 'policies.evaluated',
      targetType: 'run',
      targetId: run.id,
      details: {
        policyStatus: policy.status,
        ...(found.differences.length > 0 && { policyDifferences: found.differences }),
        ...(found.exceptions.length > 0 && { policyExceptions: found.exceptions }),
      },
    })
  })
}
