import type { CraftingState } from '@chainloop/proto/attestation/v1/crafting_state'
import type { AppendStateRequest } from '@chainloop/proto/runs/v1/run_service'

/**
 * The state with what a job adds to it. Its materials replace those of the same names, and what policies said of
 * them; annotations only fill what has no value yet.
 */
export function appendToState(
  state: CraftingState,
  { materials, annotations, policyEvaluations }: AppendStateRequest,
): { readonly state: CraftingState; readonly replaced: readonly string[] } {
  const { attestation } = state
  if (!attestation) return { state, replaced: [] }
  const isAdded = (name: string): boolean => Object.hasOwn(materials, name)
  const replaced = Object.keys(attestation.materials).filter(isAdded)
  return {
    replaced,
    state: {
      ...state,
      attestation: {
        ...attestation,
        materials: { ...attestation.materials, ...materials },
        annotations: { ...annotations, ...withValue(attestation.annotations) },
        policyEvaluations: [
          ...attestation.policyEvaluations.filter(({ materialName }) => !isAdded(materialName)),
          ...policyEvaluations.filter(({ materialName }) => isAdded(materialName)),
        ],
      },
    },
  }
}

function withValue(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== ''))
}
