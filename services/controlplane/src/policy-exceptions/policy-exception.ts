import type { ExceptionState } from '../db/policy-store-schema.ts'

export type { ExceptionState } from '../db/policy-store-schema.ts'

/** Leave to violate a policy, once it is approved and until it expires. */
export interface PolicyException {
  readonly id: string
  readonly organizationId: string
  /** Its name, as the document says it. */
  readonly policy: string
  readonly subject: ExceptionSubject
  readonly reason: string
  readonly state: ExceptionState
  /** As the organization wanted it when it was asked for. */
  readonly approvalsNeeded: number
  readonly expiresAt: Date
  /** `<kind>:<id>` of the actor. */
  readonly requestedBy: string
  readonly requestedByName: string
  readonly createdAt: Date
}

/** Everything that is there has to fit. */
export interface ExceptionSubject {
  readonly project: { readonly id: string; readonly name: string } | undefined
  readonly workflow: { readonly id: string; readonly name: string } | undefined
  /** Name of a material; empty: all, and the attestation. */
  readonly material: string
  /** `sha256:<hex>` of a material; empty: any. */
  readonly digest: string
  /**
   * The whole message of a violation, or the external id of its finding. Empty: all of the policy's, and that it gave
   * no verdict.
   */
  readonly violation: string
}

export interface ExceptionDecision {
  readonly kind: 'approved' | 'rejected' | 'revoked'
  /** `<kind>:<id>` of the actor. */
  readonly decidedBy: string
  readonly decidedByName: string
  readonly comment: string
  readonly decidedAt: Date
}
