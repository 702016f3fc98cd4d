import type { ContractSpec, MaterialRequirement } from './contract.ts'

/** What a run has presented so far. */
export interface Presented {
  readonly materials: readonly {
    readonly name: string
    readonly annotations: Readonly<Record<string, string>>
  }[]
  readonly annotations: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

/** Something that the contract asks for and the run has not presented. */
export type Requirement =
  | { readonly type: 'material'; readonly name: string; readonly kind: string }
  | { readonly type: 'group'; readonly group: string; readonly oneOf: readonly string[] }
  | { readonly type: 'material-annotation'; readonly material: string; readonly annotation: string }
  | { readonly type: 'annotation'; readonly annotation: string }
  | { readonly type: 'env'; readonly variable: string }

/** Everything that is missing, in the order of the contract. Empty: the run is complete. */
export function missingRequirements(
  { spec }: { readonly spec: ContractSpec },
  presented: Presented,
): Requirement[] {
  const names = new Set(presented.materials.map(({ name }) => name))
  return [
    ...missingMaterials(spec.materials, names),
    ...unsatisfiedGroups(spec.materials, names),
    ...missingMaterialAnnotations(spec.materials, presented),
    ...spec.annotations
      .filter(({ name, value }) => valueOf(presented.annotations, name, value) === '')
      .map(({ name }): Requirement => ({ type: 'annotation', annotation: name })),
    ...spec.envAllowList
      .filter((variable) => valueOf(presented.env, variable) === '')
      .map((variable): Requirement => ({ type: 'env', variable })),
  ]
}

/** One requirement in words, fit to show. */
export function describeRequirement(requirement: Requirement): string {
  switch (requirement.type) {
    case 'material':
      return `the material "${requirement.name}" (${requirement.kind}) is missing`
    case 'group':
      return `group "${requirement.group}": at least one of ${requirement.oneOf.join(', ')} is required`
    case 'material-annotation':
      return `the annotation "${requirement.annotation}" of the material "${requirement.material}" has no value`
    case 'annotation':
      return `the annotation "${requirement.annotation}" has no value`
    case 'env':
      return `the environment variable ${requirement.variable} has no value`
  }
}

/** A material that has to be there by itself; members of a group answer for each other. */
export function isRequired({ optional, group }: MaterialRequirement): boolean {
  return !optional && group === ''
}

function missingMaterials(
  materials: readonly MaterialRequirement[],
  names: ReadonlySet<string>,
): Requirement[] {
  return materials
    .filter((material) => isRequired(material) && !names.has(material.name))
    .map(({ name, type }) => ({ type: 'material', name, kind: type }))
}

function unsatisfiedGroups(
  materials: readonly MaterialRequirement[],
  names: ReadonlySet<string>,
): Requirement[] {
  const groups = Map.groupBy(
    materials.filter(({ group }) => group !== ''),
    ({ group }) => group,
  )
  return [...groups]
    .filter(([, members]) => !members.some(({ name }) => names.has(name)))
    .map(([group, members]) => ({ type: 'group', group, oneOf: members.map(({ name }) => name) }))
}

/** Of materials that were presented; one that was not is already reported as a whole. */
function missingMaterialAnnotations(
  materials: readonly MaterialRequirement[],
  presented: Presented,
): Requirement[] {
  return materials.flatMap((material) => {
    const found = presented.materials.find(({ name }) => name === material.name)
    if (!found) return []
    return material.annotations
      .filter(({ name, value }) => valueOf(found.annotations, name, value) === '')
      .map(({ name }): Requirement => ({
        type: 'material-annotation',
        material: material.name,
        annotation: name,
      }))
  })
}

function valueOf(values: Readonly<Record<string, string>>, name: string, fallback = ''): string {
  return (Object.hasOwn(values, name) && values[name]) || fallback
}
