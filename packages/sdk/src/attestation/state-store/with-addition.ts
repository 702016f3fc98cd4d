import type { Session } from '../session.ts'
import type { Addition } from './state-store.ts'

/** As the server does it for remote states. Whatever was to be sent before is outdated. */
export function withAddition(
  session: Session,
  { materials, annotations = {}, policyEvaluations = [] }: Addition,
): Session {
  const { unanswered: _, ...rest } = session
  const { state } = session
  const added = new Set(materials.map(({ name }) => name))
  const isAdded = (name: string | undefined): boolean => name !== undefined && added.has(name)
  return {
    ...rest,
    state: {
      ...state,
      materials: [...state.materials.filter(({ name }) => !added.has(name)), ...materials],
      annotations: { ...annotations, ...withValue(state.annotations) },
      policyEvaluations: [
        ...state.policyEvaluations.filter(({ materialName }) => !isAdded(materialName)),
        ...policyEvaluations.filter(({ materialName }) => isAdded(materialName)),
      ],
    },
  }
}

function withValue(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== ''))
}
