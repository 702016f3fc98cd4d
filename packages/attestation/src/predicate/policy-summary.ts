import type { CraftingState } from './crafting-state.ts'
import type { PolicyEvaluation } from './policy-evaluation.ts'

/** What all evaluations together amount to. Those in shadow mode are there to be read, and count for nothing. */
export interface PolicySummary {
  readonly evaluations: number
  /** Suppressed ones are not counted here. */
  readonly violations: number
  readonly suppressed: number
  readonly skipped: number
  readonly passed: number
  readonly hasGates: boolean
  readonly hasGatedViolations: boolean
  /** Why the run must not go on, in words, one per gate that does not hold. Empty: nothing blocks. */
  readonly blockers: readonly string[]
  /** Something blocks and nobody bypassed it. */
  readonly blocked: boolean
}

type Policies = Pick<
  CraftingState,
  'policyEvaluations' | 'blockOnPolicyViolation' | 'bypassPolicyCheck'
>

export function summarizePolicies(state: Policies): PolicySummary {
  const { policyEvaluations, blockOnPolicyViolation, bypassPolicyCheck } = state
  const evaluations = policyEvaluations.filter(({ shadow = false }) => !shadow)
  const clean = evaluations.filter((evaluation) => active(evaluation) === 0)
  const blockers = evaluations.flatMap((evaluation) =>
    blockersOf(evaluation, blockOnPolicyViolation),
  )
  return {
    evaluations: evaluations.length,
    violations: sum(evaluations.map(active)),
    suppressed: sum(evaluations.map(({ violations }) => violations.filter(isSuppressed).length)),
    skipped: clean.filter(({ skipped }) => skipped).length,
    passed: clean.filter(({ skipped }) => !skipped).length,
    hasGates: blockOnPolicyViolation || evaluations.some(({ gate }) => gate),
    hasGatedViolations: evaluations.some((one) => one.gate && active(one) > 0),
    blockers,
    blocked: !bypassPolicyCheck && blockers.length > 0,
  }
}

/** Starts the reason of an evaluation that stands for a policy that nobody ran. */
export const NOT_EVALUATED = 'not evaluated: '

/** A policy that nobody ran has not passed: its gate stays closed, unless there is leave to do without. */
export function isNotEvaluated({ skipped, skipReasons }: PolicyEvaluation): boolean {
  return skipped && skipReasons.some((reason) => reason.startsWith(NOT_EVALUATED))
}

function blockersOf(evaluation: PolicyEvaluation, blockOnViolation: boolean): string[] {
  const { name, gate, skipReasons, exceptions = [] } = evaluation
  if (gate && isNotEvaluated(evaluation) && exceptions.length === 0) {
    return [`the policy "${name}" is configured as a gate and was ${skipReasons.join(', ')}`]
  }
  if (active(evaluation) === 0) return []
  if (gate) return [`the policy "${name}" is configured as a gate and has violations`]
  return blockOnViolation ? [`the policy "${name}" has violations`] : []
}

function active({ violations }: PolicyEvaluation): number {
  return violations.filter((violation) => !isSuppressed(violation)).length
}

function isSuppressed({ suppressed }: { readonly suppressed: boolean }): boolean {
  return suppressed
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
