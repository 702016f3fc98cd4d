import {
  described,
  enumOf,
  fieldsOf,
  flagOf,
  itemsOf,
  refuse,
  requiredText,
  textMapOf,
  textOf,
  type Reading,
  type TextRule,
} from '@chainloop/attestation/contract/reading'
import type { Tree } from '@chainloop/attestation/contract/tree'

import type { FindingType, PolicyInput, PolicyMetadata } from './policy.ts'

/** RFC 1123. */
const NAME: TextRule = {
  pattern: /^[a-z0-9](?:[-a-z0-9]{0,251}[a-z0-9])?$/,
  rule: 'only lower-case letters, digits and hyphens, starting and ending with a letter or digit',
}
const INPUT: TextRule = {
  pattern: /^[a-zA-Z][a-zA-Z0-9_]*$/,
  rule: 'a letter, then letters, digits and underscores',
}
const API_VERSIONS: ReadonlySet<unknown> = new Set([
  'chainloop.dev/v1',
  'workflowcontract.chainloop.dev/v1',
])
const FINDING_TYPES = { VULNERABILITY: 1, SAST: 2, LICENSE_VIOLATION: 3 } as const

export interface Envelope {
  readonly metadata: PolicyMetadata
  /** Absent when the document has none; that is reported already. */
  readonly spec: Tree | undefined
}

export function readEnvelope(reading: Reading, tree: Tree, kind: string): Envelope {
  const fields = fieldsOf(reading, tree, ['apiVersion', 'kind', 'metadata', 'spec'])
  const { apiVersion, kind: named, metadata, spec } = fields
  if (!apiVersion || !API_VERSIONS.has(apiVersion.value)) {
    refuse(reading, apiVersion ?? { path: 'apiVersion', at: tree.at }, 'must be chainloop.dev/v1')
  }
  if (named?.value !== kind) {
    const found = named ? `, not ${described(named)}` : ''
    refuse(reading, named ?? { path: 'kind', at: tree.at }, `must be ${kind}${found}`)
  }
  if (!spec) refuse(reading, { path: 'spec', at: tree.at }, 'is required')
  return { metadata: readMetadata(reading, metadata, tree), spec }
}

function readMetadata(reading: Reading, tree: Tree | undefined, owner: Tree): PolicyMetadata {
  const empty = { name: '', description: '', annotations: {}, organization: '' }
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
  const findingType: FindingType | undefined =
    fields.findingType &&
    enumOf(reading, fields.findingType, { numbers: FINDING_TYPES, what: 'finding type' })
  return {
    name: requiredText(reading, fields.name, { ...NAME, owner: { ...tree, member: 'name' } }),
    description: textOf(reading, fields.description),
    annotations: textMapOf(reading, fields.annotations),
    organization: textOf(reading, fields.organization),
    findingType,
  }
}

export function readInputs(reading: Reading, tree: Tree | undefined): PolicyInput[] {
  const inputs = itemsOf(reading, tree).map((item) => readInput(reading, item))
  const twice = inputs.find(({ name }, at) => inputs.findIndex((one) => one.name === name) < at)
  if (tree && twice) refuse(reading, tree, `declares ${twice.name} twice`)
  return inputs
}

function readInput(reading: Reading, tree: Tree): PolicyInput {
  const fields = fieldsOf(reading, tree, ['name', 'description', 'required', 'default'])
  const input = {
    name: requiredText(reading, fields.name, { ...INPUT, owner: { ...tree, member: 'name' } }),
    description: textOf(reading, fields.description),
    required: flagOf(reading, fields.required) ?? false,
    default: textOf(reading, fields.default),
  }
  if (input.required && input.default !== '') {
    refuse(reading, tree, `${input.name} is required and has a default: it can be one of them`)
  }
  return input
}
