import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { summarizePolicies } from '@chainloop/attestation/predicate/policy-summary'

import { withoutExceptions } from '../policy-exceptions/apply-exceptions.ts'
import type { Run, PolicyStatus, PolicySummary } from '../runs/run.ts'
import type { RunEvaluations } from './policy-evaluation-repo.ts'

/**
 * What all evaluations of a run amount to. A job that asks to bypass a gate has asked, and changes nothing here: only
 * what is approved does.
 */
export function policySummary(
  { evaluations, finishedAt }: Pick<RunEvaluations, 'evaluations' | 'finishedAt'>,
  run: Pick<Run, 'blockOnPolicyViolation'>,
): PolicySummary {
  const summary = summarize(evaluations, run)
  if (!finishedAt) return evaluating(summary)
  return {
    status: statusOf(summary, summarize(withoutExceptions(evaluations), run)),
    total: summary.evaluations,
    passed: summary.passed,
    skipped: summary.skipped,
    violations: summary.violations,
    suppressed: summary.suppressed,
    hasGates: summary.evaluations > 0 && summary.hasGates,
  }
}

function evaluating({ evaluations, hasGates }: ReturnType<typeof summarize>): PolicySummary {
  const unknown = { passed: 0, skipped: 0, violations: 0, suppressed: 0 }
  return { status: 'evaluating', total: evaluations, ...unknown, hasGates }
}

/** Why the run must not go on, in words, one per gate that does not hold. */
export function blockersOf(
  evaluations: readonly PolicyEvaluation[],
  run: Pick<Run, 'blockOnPolicyViolation'>,
): readonly string[] {
  return summarize(evaluations, run).blockers
}

function summarize(
  policyEvaluations: readonly PolicyEvaluation[],
  { blockOnPolicyViolation }: Pick<Run, 'blockOnPolicyViolation'>,
): ReturnType<typeof summarizePolicies> {
  return summarizePolicies({ policyEvaluations, blockOnPolicyViolation, bypassPolicyCheck: false })
}

function statusOf(
  { evaluations, blocked, violations, skipped }: ReturnType<typeof summarizePolicies>,
  { blocked: wouldBlock }: ReturnType<typeof summarizePolicies>,
): PolicyStatus {
  if (evaluations === 0) return 'not_applicable'
  if (blocked) return 'blocked'
  if (wouldBlock) return 'bypassed'
  if (violations > 0) return 'warning'
  return skipped > 0 ? 'skipped' : 'passed'
}
