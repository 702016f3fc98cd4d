import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'

/** Most contracts have none, and need not load what evaluates them. */
export function hasPolicies({ contract: { spec } }: Pick<CraftingState, 'contract'>): boolean {
  const { policies, policyGroups } = spec
  return policies.materials.length + policies.attestation.length + policyGroups.length > 0
}
