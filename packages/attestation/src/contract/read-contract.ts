import { MATERIAL_KIND_NUMBERS } from '../materials/material-kind.ts'
import { RUNNER_TYPE_NUMBERS } from '../runners/runner-type.ts'
import { CONTRACT_API_VERSION } from './contract.ts'
import type {
  Contract,
  ContractAnnotation,
  ContractMetadata,
  ContractSpec,
  MaterialRequirement,
} from './contract.ts'
import { readPolicies, readPolicyGroup } from './read-policies.ts'
import {
  described,
  enumOf,
  fieldsOf,
  flagOf,
  itemsOf,
  matchingText,
  refuse,
  requiredText,
  textMapOf,
  textOf,
} from './reading.ts'
import type { Reading, TextRule } from './reading.ts'
import type { Tree } from './tree.ts'

const NAME: TextRule = {
  pattern: /^[a-z0-9]([-a-z0-9]{0,251}[a-z0-9])?$/,
  rule: 'only lower-case letters, digits and hyphens, starting and ending with a letter or digit',
}
const WORD: TextRule = {
  pattern: /^(?!__proto__$)\w+$/,
  rule: 'only letters, digits and underscores',
}
const ANY: TextRule = { pattern: /^(?!__proto__$)./s, rule: 'it is empty or reserved' }

/** Either of the two accepted documents; what is wrong is left with `reading`. */
export function readContract(reading: Reading, tree: Tree): Contract {
  return isFirstShape(tree) ? readFirstShape(reading, tree) : readSecondShape(reading, tree)
}

function isFirstShape({ value }: Tree): boolean {
  return (
    value instanceof Map &&
    (value.has('schemaVersion') || value.has('schema_version')) &&
    !value.has('apiVersion') &&
    !value.has('api_version')
  )
}

const SPEC_FIELDS = [
  'materials',
  'envAllowList',
  'runner',
  'annotations',
  'policies',
  'policyGroups',
] as const

type SpecFields = Partial<Record<(typeof SPEC_FIELDS)[number], Tree>>

function readFirstShape(reading: Reading, tree: Tree): Contract {
  const fields = fieldsOf(reading, tree, ['schemaVersion', ...SPEC_FIELDS])
  requireValue(reading, fields.schemaVersion, { value: 'v1', owner: tree, name: 'schemaVersion' })
  return {
    shape: 'v1',
    apiVersion: CONTRACT_API_VERSION,
    kind: 'Contract',
    metadata: { name: '', description: '', annotations: {} },
    spec: readSpec(reading, fields),
  }
}

function readSecondShape(reading: Reading, tree: Tree): Contract {
  const fields = fieldsOf(reading, tree, ['apiVersion', 'kind', 'metadata', 'spec'])
  requireValue(reading, fields.apiVersion, {
    value: CONTRACT_API_VERSION,
    owner: tree,
    name: 'apiVersion',
  })
  requireValue(reading, fields.kind, { value: 'Contract', owner: tree, name: 'kind' })
  const spec = fields.spec ? fieldsOf(reading, fields.spec, SPEC_FIELDS) : {}
  return {
    shape: 'v2',
    apiVersion: CONTRACT_API_VERSION,
    kind: 'Contract',
    metadata: readMetadata(reading, fields.metadata, tree),
    spec: readSpec(reading, spec),
  }
}

function requireValue(
  reading: Reading,
  tree: Tree | undefined,
  { value, owner, name }: { readonly value: string; readonly owner: Tree; readonly name: string },
): void {
  if (!tree) {
    refuse(reading, { path: name, at: owner.at }, `is required: ${name}: ${value}`)
  } else if (tree.value !== value) {
    refuse(reading, tree, `must be ${JSON.stringify(value)}, not ${described(tree)}`)
  }
}

function readMetadata(reading: Reading, tree: Tree | undefined, owner: Tree): ContractMetadata {
  const empty = { name: '', description: '', annotations: {} }
  if (!tree) {
    refuse(reading, { path: 'metadata', at: owner.at }, 'is required, with a name')
    return empty
  }
  const fields = fieldsOf(reading, tree, [
    'name',
    'description',
    'annotations',
    'organization',
    'findingType',
  ])
  const organization = textOf(reading, fields.organization)
  return {
    name: requiredText(reading, fields.name, { ...NAME, owner: { ...tree, member: 'name' } }),
    description: textOf(reading, fields.description),
    annotations: textMapOf(reading, fields.annotations),
    ...(organization !== '' && { organization }),
  }
}

function readSpec(reading: Reading, fields: SpecFields): ContractSpec {
  return {
    materials: readMaterials(reading, fields.materials),
    envAllowList: itemsOf(reading, fields.envAllowList).map((item) =>
      matchingText(reading, item, ANY),
    ),
    runner: readRunner(reading, fields.runner),
    annotations: readAnnotations(reading, fields.annotations, WORD),
    policies: readPolicies(reading, fields.policies),
    policyGroups: itemsOf(reading, fields.policyGroups).map((item) =>
      readPolicyGroup(reading, item),
    ),
  }
}

function readMaterials(reading: Reading, tree: Tree | undefined): MaterialRequirement[] {
  const items = itemsOf(reading, tree)
  const materials = items.map((item) => readMaterial(reading, item))
  refuseRepeated(reading, { names: materials.map(({ name }) => name), items, what: 'material' })
  return materials
}

function readMaterial(reading: Reading, tree: Tree): MaterialRequirement {
  const fields = fieldsOf(reading, tree, [
    'type',
    'name',
    'optional',
    'output',
    'annotations',
    'skipUpload',
    'group',
  ])
  return {
    type: readKind(reading, fields.type, tree),
    name: requiredText(reading, fields.name, { ...NAME, owner: { ...tree, member: 'name' } }),
    optional: flagOf(reading, fields.optional) ?? false,
    output: flagOf(reading, fields.output) ?? false,
    annotations: readAnnotations(reading, fields.annotations, ANY),
    skipUpload: flagOf(reading, fields.skipUpload) ?? false,
    group: readGroup(reading, fields.group),
  }
}

function readKind(
  reading: Reading,
  tree: Tree | undefined,
  owner: Tree,
): MaterialRequirement['type'] {
  if (!tree) refuse(reading, { path: `${owner.path}.type`, at: owner.at }, 'is required')
  const numbers = MATERIAL_KIND_NUMBERS
  return (tree && enumOf(reading, tree, { numbers, what: 'kind of material' })) ?? 'ARTIFACT'
}

function readGroup(reading: Reading, tree: Tree | undefined): string {
  return tree === undefined || tree.value === '' ? '' : matchingText(reading, tree, NAME)
}

function readRunner(reading: Reading, tree: Tree | undefined): ContractSpec['runner'] {
  if (!tree) return undefined
  const { type } = fieldsOf(reading, tree, ['type'])
  if (!type) {
    refuse(reading, { path: `${tree.path}.type`, at: tree.at }, 'is required')
    return undefined
  }
  const { RUNNER_TYPE_UNSPECIFIED: _, ...numbers } = RUNNER_TYPE_NUMBERS
  const known = enumOf(reading, type, { numbers, what: 'type of runner' })
  return known && { type: known }
}

function readAnnotations(
  reading: Reading,
  tree: Tree | undefined,
  rule: TextRule,
): ContractAnnotation[] {
  const items = itemsOf(reading, tree)
  const annotations = items.map((item) => {
    const { name, value } = fieldsOf(reading, item, ['name', 'value'])
    return {
      name: requiredText(reading, name, { ...rule, owner: { ...item, member: 'name' } }),
      value: textOf(reading, value),
    }
  })
  refuseRepeated(reading, { names: annotations.map(({ name }) => name), items, what: 'annotation' })
  return annotations
}

function refuseRepeated(
  reading: Reading,
  { names, items, what }: { names: readonly string[]; items: readonly Tree[]; what: string },
): void {
  for (const [index, item] of items.entries()) {
    const name = names[index] ?? ''
    if (name !== '' && names.indexOf(name) < index) {
      refuse(reading, { ...item, path: `${item.path}.name` }, `a second ${what} named ${name}`)
    }
  }
}
