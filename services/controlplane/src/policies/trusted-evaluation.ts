import type { JsonObject } from '@chainloop/attestation/json/json-value'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { EvaluationBusy } from '@chainloop/policy/sandbox/evaluation-pool'

import type { GatheredTruth } from '../attestations/gather-truth.ts'
import { createActor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { withDefaults } from '../policy-defaults/with-defaults.ts'
import { withExceptions } from '../policy-exceptions/with-exceptions.ts'
import { discover } from '../referrers/discover.ts'
import type { Referrer } from '../referrers/referrer.ts'
import type { Run } from '../runs/run.ts'
import { closureOf } from './closure-of.ts'
import { compareClaims } from './compare-claims.ts'
import { evaluateRun, type RunToEvaluate } from './evaluate-run.ts'
import type { Found, RunEvaluations } from './policy-evaluation-repo.ts'
import { unjudgedRun } from './unjudged-run.ts'

export type TrustedDeps = Pick<Context, 'db' | 'policies' | 'blobs'>

/** What is evaluated: what the run is judged by, and what was found out about its bundle. */
export type EvaluationWish = GatheredTruth & Pick<RunToEvaluate, 'judged'>

/** Why there is no verdict yet. */
export const STILL_EVALUATING = 'the control plane is still evaluating it'

/**
 * What the server finds when it evaluates the policies of a run itself, and where its job says something else. What
 * takes longer than Store waits has no verdict yet, and is to be evaluated again.
 */
export async function trustedEvaluation(
  ctx: TrustedDeps,
  wish: EvaluationWish,
): Promise<RunEvaluations> {
  const evaluatedAt = new Date()
  const run = await runToEvaluate(ctx.db, wish, evaluatedAt)
  const signal = AbortSignal.timeout(ctx.policies.limits.waitMs)
  try {
    return { ...(await findAndCompare(ctx, run, signal)), evaluatedAt, finishedAt: new Date() }
  } catch (cause) {
    if (!signal.aborted && !(cause instanceof EvaluationBusy)) throw cause
    const evaluations = unjudgedRun(run, STILL_EVALUATING)
    const nothing = { differences: [], exceptions: [] }
    return { evaluations, ...nothing, evaluatedAt, finishedAt: undefined }
  }
}

/** However long it takes. */
export async function findAndCompare(
  ctx: TrustedDeps,
  run: RunToEvaluate,
  signal?: AbortSignal,
): Promise<Found> {
  const found = await evaluateWith(ctx, run, signal)
  // What the job says is compared with what is there, not with what there is leave for.
  const differences = compareClaims(found, run.judged.statement.predicate)
  const { evaluations, uses } = await withExceptions(ctx.db, run, found)
  return { evaluations, differences, exceptions: uses }
}

/** What the policies say, whatever there is leave for. */
export function evaluateWith(
  ctx: TrustedDeps,
  run: RunToEvaluate,
  signal?: AbortSignal,
): Promise<PolicyEvaluation[]> {
  const deps = { ...ctx, discover: discovering(ctx.db, run.truth.run), ...(signal && { signal }) }
  return evaluateRun(deps, run)
}

export async function runToEvaluate(
  db: Db,
  { revision, ...wish }: EvaluationWish,
  now: Date,
): Promise<RunToEvaluate> {
  const { run } = wish.truth
  const closed = await closureOf(db, { organizationId: run.organization.id, revision })
  const own = { spec: wish.contract.spec, closure: closed }
  const { spec, closure } = await withDefaults(db, run, own)
  return { ...wish, contract: { spec }, closure, now }
}

/** Under the rights of the run, whoever stores it and whenever; in the names that existing policies know. */
function discovering(
  db: Db,
  { id, organization, project }: Run,
): (digest: string, kind: string) => Promise<JsonObject> {
  const actor = createActor({
    kind: 'run',
    id,
    name: id,
    organizationId: organization.id,
    organizationName: organization.name,
    projectId: project.id,
    runId: id,
    role: 'run',
    rights: new Set(),
  })
  const everywhere = { projectName: '', projectVersion: '', cursor: '', limit: 100 }
  return async (digest, kind) => {
    const { root } = await discover({ db }, actor, { ...everywhere, digest, kind })
    return { ...shown(root), references: root.references.map(shown) }
  }
}

function shown(referrer: Referrer): JsonObject {
  return {
    digest: referrer.digest,
    kind: referrer.kind,
    downloadable: referrer.downloadable,
    metadata: { ...referrer.metadata },
    annotations: { ...referrer.annotations },
    created_at: referrer.createdAt.toISOString(),
  }
}
