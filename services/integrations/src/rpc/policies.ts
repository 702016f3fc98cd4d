import type { DeliveredPolicies, PolicyStatus } from '@chainloop/plugin-sdk/delivery'
import type { ClaimResponse } from '@chainloop/proto/internal/v1/delivery_service'

const statuses: readonly PolicyStatus[] = [
  'not_applicable',
  'passed',
  'skipped',
  'warning',
  'blocked',
  'bypassed',
  'evaluating',
]

export function policiesOf({ policyStatus, policyEvaluations }: ClaimResponse): DeliveredPolicies {
  return {
    status: statuses.find((known) => known === policyStatus) ?? 'not_applicable',
    evaluations: policyEvaluations.map(
      ({ name, material, gate, skipped, skipReasons, violations }) => ({
        name,
        material,
        gate,
        skipped,
        skipReasons,
        violations: violations.map(({ subject, message }) => ({ subject, message })),
      }),
    ),
  }
}
