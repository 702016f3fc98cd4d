import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  type AppliedPolicyExceptionSchema,
  PolicyExceptionDecision_Kind as DecisionKind,
  type PolicyExceptionSchema,
  PolicyExceptionState,
} from '@chainloop/proto/policies/v1/policy_exception'

import type { AppliedException } from '../policy-exceptions/applied-exception.ts'
import type { ExceptionDecision, ExceptionState } from '../policy-exceptions/policy-exception.ts'
import type { DescribedException } from '../policy-exceptions/read-exceptions.ts'

const STATES = {
  requested: PolicyExceptionState.REQUESTED,
  approved: PolicyExceptionState.APPROVED,
  rejected: PolicyExceptionState.REJECTED,
  revoked: PolicyExceptionState.REVOKED,
  expired: PolicyExceptionState.EXPIRED,
} as const satisfies Record<ExceptionState, PolicyExceptionState>

const DECISIONS = {
  approved: DecisionKind.APPROVED,
  rejected: DecisionKind.REJECTED,
  revoked: DecisionKind.REVOKED,
} as const satisfies Record<ExceptionDecision['kind'], DecisionKind>

/** Undefined for the unspecified one: all. */
export function exceptionStateOf(number: PolicyExceptionState): ExceptionState | undefined {
  const found = Object.entries(STATES).find(([, state]) => state === number)
  return found?.[0] as ExceptionState | undefined
}

export function exceptionMessage(
  exception: DescribedException,
): MessageInitShape<typeof PolicyExceptionSchema> {
  const { subject } = exception
  return {
    id: exception.id,
    policy: exception.policy,
    subject: {
      project: subject.project?.name ?? '',
      workflow: subject.workflow?.name ?? '',
      material: subject.material,
      digest: subject.digest,
      violation: subject.violation,
    },
    reason: exception.reason,
    expiresAt: timestampFromDate(exception.expiresAt),
    state: STATES[stateOf(exception)],
    requestedBy: exception.requestedByName,
    requestedAt: timestampFromDate(exception.createdAt),
    approvalsNeeded: exception.approvalsNeeded,
    decisions: exception.decisions.map(({ kind, decidedByName, comment, decidedAt }) => ({
      kind: DECISIONS[kind],
      decidedBy: decidedByName,
      comment,
      decidedAt: timestampFromDate(decidedAt),
    })),
    runs: exception.runs,
  }
}

/** What is over is over before the sweep has said so. */
function stateOf({ state, expiresAt }: DescribedException): ExceptionState {
  const isOpen = state === 'requested' || state === 'approved'
  return isOpen && expiresAt <= new Date() ? 'expired' : state
}

export function appliedExceptionMessage(
  applied: AppliedException,
): MessageInitShape<typeof AppliedPolicyExceptionSchema> {
  const { exceptionId: id, policy, material, reason, requestedBy } = applied
  return {
    id,
    policy,
    material,
    reason,
    requestedBy,
    approvedBy: [...applied.approvedBy],
    violations: [...applied.violations],
    expiresAt: timestampFromDate(applied.expiresAt),
  }
}
