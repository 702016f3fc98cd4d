import type {
  AppliedPolicyException as AppliedMessage,
  PolicyException as ExceptionMessage,
} from '@chainloop/proto/policies/v1/policy_exception'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

export const exceptionState = enumNames({
  requested: 1,
  approved: 2,
  rejected: 3,
  revoked: 4,
  expired: 5,
})
const decision = enumNames({ approved: 1, rejected: 2, revoked: 3 })

/** Leave to violate a policy, once it is approved and until it expires. */
export interface PolicyException {
  readonly id: string
  readonly policy: string
  readonly subject: ExceptionSubject
  readonly reason: string
  readonly expiresAt: Date | undefined
  readonly state: string
  readonly requestedBy: string
  readonly requestedAt: Date | undefined
  readonly approvalsNeeded: number
  /** Oldest first. */
  readonly decisions: readonly ExceptionDecision[]
  /** How many runs it was applied to. */
  readonly runs: number
}

/** Empty: any. */
export interface ExceptionSubject {
  readonly project: string
  readonly workflow: string
  readonly material: string
  readonly digest: string
  readonly violation: string
}

export interface ExceptionDecision {
  readonly kind: string
  readonly decidedBy: string
  readonly comment: string
  readonly decidedAt: Date | undefined
}

/** What was taken into account when a run was judged. */
export interface AppliedException {
  readonly id: string
  readonly policy: string
  /** Empty: the attestation. */
  readonly material: string
  readonly reason: string
  readonly expiresAt: Date | undefined
  readonly requestedBy: string
  readonly approvedBy: readonly string[]
  /** Empty: the policy gave no verdict. */
  readonly violations: readonly string[]
}

export function toPolicyException(item: ExceptionMessage | undefined): PolicyException {
  const one = answered(item, 'an exception')
  const { id, policy, reason, requestedBy, approvalsNeeded, runs } = one
  const { project, workflow, material, digest, violation } = answered(one.subject, 'its subject')
  return {
    id,
    policy,
    reason,
    requestedBy,
    approvalsNeeded,
    runs,
    subject: { project, workflow, material, digest, violation },
    expiresAt: toDate(one.expiresAt),
    state: exceptionState.nameOf(one.state),
    requestedAt: toDate(one.requestedAt),
    decisions: one.decisions.map(({ kind, decidedBy, comment, decidedAt }) => ({
      decidedBy,
      comment,
      kind: decision.nameOf(kind),
      decidedAt: toDate(decidedAt),
    })),
  }
}

export function toAppliedException(one: AppliedMessage): AppliedException {
  const { id, policy, material, reason, expiresAt, requestedBy, approvedBy, violations } = one
  return {
    id,
    policy,
    material,
    reason,
    requestedBy,
    approvedBy,
    violations,
    expiresAt: toDate(expiresAt),
  }
}
