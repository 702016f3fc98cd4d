import type { Platform } from '../identities/platforms.ts'

/** Which jobs may attest for a project without an account. */
export interface TrustRule {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly platform: Platform
  readonly issuer: string
  /** A token has to have all of them, with exactly these values. */
  readonly claims: Readonly<Record<string, string>>
  readonly project: { readonly id: string; readonly name: string }
  readonly rights: readonly TrustRuleRight[]
  readonly createdAt: Date
}

export const TRUST_RULE_RIGHTS = ['workflow:create'] as const

export type TrustRuleRight = (typeof TRUST_RULE_RIGHTS)[number]

export function isTrustRuleRight(right: string): right is TrustRuleRight {
  return TRUST_RULE_RIGHTS.some((known) => known === right)
}
