import type { OrganizationSettings } from '../organizations/organization.ts'

/** One approval is enough, also one's own, unless the organization asks for two people. */
export function approvalsNeeded({
  twoPersonPolicyExceptions,
}: Pick<OrganizationSettings, 'twoPersonPolicyExceptions'>): number {
  return twoPersonPolicyExceptions ? 2 : 1
}
