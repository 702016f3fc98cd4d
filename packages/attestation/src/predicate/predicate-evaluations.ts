import { hexOf } from '../digest.ts'
import type { PolicyEvaluation, PolicyReference } from './policy-evaluation.ts'
import { ATTESTATION_EVALUATIONS } from './predicate.ts'
import type { PredicateEvaluation, PredicatePolicyReference } from './predicate.ts'
import { withoutEmpty } from './without-empty.ts'

/** Evaluations by the material that they are about; suppressed violations are counted elsewhere, not listed. */
export function predicateEvaluations(
  evaluations: readonly PolicyEvaluation[],
): Readonly<Record<string, readonly PredicateEvaluation[]>> {
  const byMaterial = Map.groupBy(evaluations, keyOf)
  return Object.fromEntries([...byMaterial].map(([key, group]) => [key, group.map(toPredicate)]))
}

function keyOf({ materialName }: PolicyEvaluation): string {
  return materialName || ATTESTATION_EVALUATIONS
}

function toPredicate(evaluation: PolicyEvaluation): PredicateEvaluation {
  const { name, materialName, type, policyReference, groupReference } = evaluation
  const listed = evaluation.violations.filter(({ suppressed }) => !suppressed)
  return {
    name,
    type,
    ...withoutEmpty({
      materialName: materialName ?? '',
      description: evaluation.description,
      annotations: evaluation.annotations,
      sources: evaluation.sources,
      with: evaluation.with,
      requirements: evaluation.requirements,
      violations: listed.map(({ subject, message }) => ({ subject, message })),
      skipped: evaluation.skipped,
      skipReasons: evaluation.skipReasons,
      gate: evaluation.gate,
      shadow: evaluation.shadow ?? false,
    }),
    ...(policyReference && { policyReference: referenceTo(policyReference) }),
    ...(groupReference && { groupReference: referenceTo(groupReference) }),
  }
}

function referenceTo({
  name,
  uri,
  digest,
  organization,
}: PolicyReference): PredicatePolicyReference {
  return {
    name,
    ...withoutEmpty({ uri }),
    ...(digest && { digest: { sha256: hexOf(digest) } }),
    annotations: { name, organization },
  }
}
