import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { NOT_EVALUATED } from '@chainloop/attestation/predicate/policy-summary'
import {
  ATTESTATION_EVALUATIONS,
  type Predicate,
  type PredicateEvaluation,
} from '@chainloop/attestation/predicate/predicate'

/** Where the job says something else of a policy than the server found, in words. */
export function compareClaims(
  found: readonly PolicyEvaluation[],
  { policyEvaluations = {} }: Pick<Predicate, 'policyEvaluations'>,
): string[] {
  const claims = Object.entries(policyEvaluations).flatMap(([key, evaluations]) =>
    evaluations
      .filter((evaluation) => !abstains(evaluation))
      .map((evaluation) => ({ key, evaluation })),
  )
  const about = ({ materialName }: PolicyEvaluation): string =>
    materialName ?? ATTESTATION_EVALUATIONS
  const missing = claims
    .filter(
      ({ key, evaluation }) =>
        !found.some((one) => about(one) === key && one.name === evaluation.name),
    )
    .map(
      ({ key, evaluation }) =>
        `${evaluation.name} on ${key}: the job says that it ${claimedVerdict(evaluation)}, and the contract does not ask for it`,
    )
  const different = found.flatMap((one) => {
    const claim = claims.find(
      ({ key, evaluation }) => key === about(one) && evaluation.name === one.name,
    )
    const here = verdict(one.violations.filter(({ suppressed }) => !suppressed).length, one.skipped)
    const there = claim ? claimedVerdict(claim.evaluation) : here
    return here === there
      ? []
      : [`${one.name} on ${about(one)}: the job says that it ${there}; it ${here}`]
  })
  return [...different, ...missing]
}

/** A job that evaluates nothing says so, and nothing else. */
function abstains({ skipped = false, skipReasons = [] }: PredicateEvaluation): boolean {
  return skipped && skipReasons.some((reason) => reason.startsWith(NOT_EVALUATED))
}

function claimedVerdict({ violations = [], skipped = false }: PredicateEvaluation): string {
  return verdict(violations.length, skipped)
}

function verdict(violations: number, skipped: boolean): string {
  if (violations > 0) return violations === 1 ? 'has 1 violation' : `has ${violations} violations`
  return skipped ? 'was skipped' : 'passed'
}
