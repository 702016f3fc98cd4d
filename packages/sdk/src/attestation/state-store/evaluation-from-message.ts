import { parseDigest } from '@chainloop/attestation/digest'
import { materialKindOf } from '@chainloop/attestation/materials/material-kind'
import type {
  PolicyEvaluation,
  PolicyReference,
} from '@chainloop/attestation/predicate/policy-evaluation'
import type {
  PolicyEvaluation as EvaluationMessage,
  PolicyEvaluation_Reference,
} from '@chainloop/proto/attestation/v1/crafting_state'

export function toEvaluation(one: EvaluationMessage): PolicyEvaluation {
  const { materialName, policyReference, groupReference } = one
  return {
    name: one.name,
    ...(materialName !== '' && { materialName }),
    type: materialKindOf(one.type) ?? '',
    description: one.description,
    annotations: one.annotations,
    sources: one.sources,
    with: one.with,
    requirements: one.requirements,
    violations: one.violations.map(({ subject, message, suppress }) => ({
      subject,
      message,
      suppressed: suppress,
    })),
    skipped: one.skipped,
    skipReasons: one.skipReasons,
    gate: one.gate,
    ...(one.shadow && { shadow: true }),
    ...(policyReference && { policyReference: toReference(policyReference) }),
    ...(groupReference && { groupReference: toReference(groupReference) }),
  }
}

function toReference({ name, uri, digest, orgName }: PolicyEvaluation_Reference): PolicyReference {
  return { name, uri, organization: orgName, ...(digest !== '' && { digest: parseDigest(digest) }) }
}
