import { setTimeout as sleep } from 'node:timers/promises'

import { InvalidBundle } from '@chainloop/attestation/bundle/bundle'
import { InvalidStatement } from '@chainloop/attestation/predicate/parse-statement'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { isNotEvaluated } from '@chainloop/attestation/predicate/policy-summary'
import { DomainError } from '@chainloop/kit/errors'
import { EvaluationBusy } from '@chainloop/policy/sandbox/evaluation-pool'

import * as attestations from '../attestations/attestation-repo.ts'
import { BlobUnreadable } from '../attestations/blob-store.ts'
import { gatherTruth } from '../attestations/gather-truth.ts'
import { evidenceOf } from '../policies/evaluate-stored-run.ts'
import * as evaluations from '../policies/policy-evaluation-repo.ts'
import { blockersOf } from '../policies/policy-summary.ts'
import { evaluateWith, type TrustedDeps } from '../policies/trusted-evaluation.ts'
import * as runs from '../runs/run-repo.ts'
import type { Run } from '../runs/run.ts'
import type { Candidate } from './candidate.ts'
import type { SimulatedEvaluation, SimulatedRun } from './simulated-run.ts'

/**
 * What the candidate says about a stored run, on the bytes that are there and at the time when the run was judged.
 * Undefined: its evidence cannot be read any more.
 */
export async function simulateRun(
  ctx: TrustedDeps,
  candidate: Candidate,
  { organizationId, runId, signal }: evaluations.RunReference & { readonly signal: AbortSignal },
): Promise<SimulatedRun | undefined> {
  const run = await runs.find(ctx.db, { organizationId, id: runId })
  const stored = run && (await attestations.findByRun(ctx.db, { organizationId, id: runId }))
  if (!stored) return undefined
  const before = await evaluations.find(ctx.db, { organizationId, runId })
  try {
    const { truth } = await gatherTruth(ctx.db, run)
    const judged = await evidenceOf(ctx.db, truth, stored)
    const now = before?.evaluatedAt ?? run.finishedAt ?? run.createdAt
    const { spec, closure } = candidate
    const wish = { truth, contract: { spec }, closure, judged, now }
    const found = await patiently(() => evaluateWith(ctx, wish, signal), signal)
    return simulated({ run, candidate, found, before: before?.evaluations ?? [] })
  } catch (cause) {
    if (isUnreadable(cause)) return undefined
    throw cause
  }
}

const PAUSE_MS = 200

/** A simulation has time: what stores runs goes first. */
async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (cause) {
      if (!(cause instanceof EvaluationBusy)) throw cause
      await sleep(PAUSE_MS, undefined, { signal })
    }
  }
}

const UNREADABLE = [BlobUnreadable, InvalidBundle, InvalidStatement]

/** Backends and rules change: what was accepted once may be gone, or not be read any more. */
function isUnreadable(cause: unknown): boolean {
  if (cause instanceof DomainError) return cause.code === 'not_found' || cause.code === 'invalid'
  return UNREADABLE.some((kind) => cause instanceof kind)
}

function simulated({
  run,
  candidate: { names },
  found,
  before,
}: {
  readonly run: Run
  readonly candidate: Candidate
  readonly found: readonly PolicyEvaluation[]
  readonly before: readonly PolicyEvaluation[]
}): SimulatedRun {
  const replaced = before.filter(({ name }) => names === undefined || names.has(name))
  return {
    id: run.id,
    project: run.project.name,
    workflow: run.workflow.name,
    createdAt: run.createdAt,
    attestationDigest: run.attestationDigest ?? '',
    blocks: blockersOf(found, run).length > 0,
    blocked: run.policy?.status === 'blocked',
    wasBlockedByIt: blockersOf(replaced, run).length > 0,
    isUnjudged: found.some(isNotEvaluated),
    evaluations: found.map((one) => evaluated(one, before)),
  }
}

/** Of one evaluation; the report has to be read by somebody. */
const MAX_SHOWN = 10

function evaluated(
  one: PolicyEvaluation,
  before: readonly PolicyEvaluation[],
): SimulatedEvaluation {
  const violations = activeOf(one)
  const known = before.filter(
    ({ name, materialName }) => name === one.name && materialName === one.materialName,
  )
  return {
    policy: one.name,
    material: one.materialName ?? '',
    violations: violations.slice(0, MAX_SHOWN),
    violationsTotal: violations.length,
    skipped: one.skipped,
    skipReasons: one.skipReasons,
    gate: one.gate,
    violationsThen:
      known.length === 0 ? undefined : Math.max(...known.map((it) => activeOf(it).length)),
  }
}

function activeOf({ violations }: PolicyEvaluation): string[] {
  return violations.filter(({ suppressed }) => !suppressed).map(({ message }) => message)
}
