import type { ContractSpec } from '@chainloop/attestation/contract/contract'
import { summarizePolicies as summarize } from '@chainloop/attestation/predicate/policy-summary'
import { unevaluatedPolicies } from '@chainloop/attestation/predicate/unevaluated-policies'

import type { OrganizationSettings } from '../organizations/organization.ts'
import type { PolicyStatus, PolicySummary } from '../runs/run.ts'

const REASON = 'this control plane evaluates no policies'

/**
 * What the server knows of the contract's policies: that it has evaluated none of them. A gate that nobody checked
 * stays closed: a job that asks to bypass it is recorded as asking, in its own statement, and changes nothing here.
 */
export function summarizePolicies(
  spec: Pick<ContractSpec, 'policies' | 'policyGroups'>,
  { blockOnPolicyViolation }: Pick<OrganizationSettings, 'blockOnPolicyViolation'>,
): PolicySummary {
  const summary = summarize({
    policyEvaluations: unevaluatedPolicies(spec, {
      gateByDefault: blockOnPolicyViolation,
      reason: REASON,
    }),
    blockOnPolicyViolation,
    bypassPolicyCheck: false,
  })
  return {
    status: statusOf(summary),
    total: summary.evaluations,
    passed: summary.passed,
    skipped: summary.skipped,
    violations: summary.violations,
    suppressed: summary.suppressed,
    hasGates: summary.evaluations > 0 && summary.hasGates,
  }
}

function statusOf({ evaluations, blocked }: ReturnType<typeof summarize>): PolicyStatus {
  if (evaluations === 0) return 'not_applicable'
  return blocked ? 'blocked' : 'skipped'
}
