import { describeProblem } from '../contract/contract-problem.ts'
import type { ContractProblem } from '../contract/contract-problem.ts'
import { readAttachment } from '../contract/read-policies.ts'
import {
  enumOf,
  fieldsOf,
  flagOf,
  itemsOf,
  matchingText,
  refuse,
  requiredText,
  textOf,
} from '../contract/reading.ts'
import type { Fields, Reading, TextRule } from '../contract/reading.ts'
import { parseText } from '../contract/tree.ts'
import type { Tree } from '../contract/tree.ts'
import type { JsonObject } from '../json/json-value.ts'
import { InvalidJson, decodeUtf8 } from '../json/parse-json.ts'
import { MATERIAL_KIND_NUMBERS } from '../materials/material-kind.ts'
import type { PolicyDocument, PolicyGroupDocument, PolicyInput } from './policy-document.ts'

/** Not a policy or a group, or one with problems. */
export class InvalidPolicyDocument extends Error {
  override readonly name = 'InvalidPolicyDocument'
  readonly problems: readonly ContractProblem[]

  constructor(problems: readonly ContractProblem[]) {
    super(problems.map(describeProblem).join('; '))
    this.problems = problems
  }
}

/** As much of a policy as is needed to find what it needs. Throws `InvalidPolicyDocument`. */
export function readPolicy(bytes: Uint8Array): PolicyDocument {
  return read(bytes, 'Policy', policyOf)
}

/** Throws `InvalidPolicyDocument`. */
export function readPolicyGroup(bytes: Uint8Array): PolicyGroupDocument {
  return read(bytes, 'PolicyGroup', groupOf)
}

/** A policy that is written out in a contract or a group. Places are of no use there; paths are. */
export function readEmbeddedPolicy(embedded: JsonObject): PolicyDocument {
  return readPolicy(new TextEncoder().encode(JSON.stringify(embedded)))
}

const HEAD = ['apiVersion', 'kind', 'metadata', 'spec'] as const
const API_VERSION: TextRule = {
  pattern: /^(?:workflowcontract\.)?chainloop\.dev\/v1$/,
  rule: 'expected chainloop.dev/v1',
}
const NAME: TextRule = {
  pattern: /^[a-z0-9]([-a-z0-9]{0,251}[a-z0-9])?$/,
  rule: 'only lower-case letters, digits and hyphens, starting and ending with a letter or digit',
}
const INPUT_NAME: TextRule = {
  pattern: /^[a-zA-Z][a-zA-Z0-9_]*$/,
  rule: 'only letters, digits and underscores, starting with a letter',
}

type Head = Fields<(typeof HEAD)[number]> & { readonly name: string }

function read<T>(bytes: Uint8Array, kind: string, body: (reading: Reading, head: Head) => T): T {
  const { tree, problems, problemAt } = parseText(decoded(bytes))
  if (!tree) throw new InvalidPolicyDocument(problems)
  const reading: Reading = { problems: [], warnings: [], problemAt }
  const document = body(reading, headOf(reading, tree, kind))
  if (reading.problems.length > 0) throw new InvalidPolicyDocument(reading.problems)
  return document
}

function decoded(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    if (!(cause instanceof InvalidJson)) throw cause
    const { line, column } = cause
    throw new InvalidPolicyDocument([{ path: '', line, column, message: 'is not UTF-8' }])
  }
}

function headOf(reading: Reading, tree: Tree, kind: string): Head {
  const fields = fieldsOf(reading, tree, HEAD)
  const required = (member: 'apiVersion' | 'kind', rule: TextRule) =>
    requiredText(reading, fields[member], { ...rule, owner: { ...tree, member } })
  required('apiVersion', API_VERSION)
  required('kind', { pattern: new RegExp(`^${kind}$`), rule: `expected ${kind}` })
  const metadata = fields.metadata ?? tree
  const { name } = fieldsOf(reading, fields.metadata ?? { ...tree, value: null }, ['name'])
  const owner = { ...metadata, path: 'metadata', member: 'name' }
  return { ...fields, name: requiredText(reading, name, { ...NAME, owner }) }
}

function policyOf(reading: Reading, { name, spec }: Head): PolicyDocument {
  if (!spec) return missingSpec(reading, { name, inputs: [], scripts: [] })
  const fields = fieldsOf(reading, spec, ['policies', 'inputs', 'path', 'embedded', 'autoMatch'])
  const sources = [
    { ref: fields.path, embedded: fields.embedded },
    ...[...itemsOf(reading, fields.policies), ...(fields.autoMatch ? [fields.autoMatch] : [])].map(
      (item) => {
        const { ref, path, embedded } = fieldsOf(reading, item, ['ref', 'path', 'embedded'])
        return { ref: ref ?? path, embedded }
      },
    ),
  ]
  if (!sources.some(({ ref, embedded }) => ref ?? embedded)) refuse(reading, spec, 'has no script')
  return {
    name,
    inputs: inputsOf(reading, fields.inputs),
    scripts: sources.flatMap(({ ref }) => (ref ? [matchingText(reading, ref, NOT_EMPTY)] : [])),
  }
}

const NOT_EMPTY: TextRule = { pattern: /^.+$/, rule: 'it is empty' }

function groupOf(reading: Reading, { name, spec }: Head): PolicyGroupDocument {
  const empty = { name, inputs: [], materials: [], policies: [] }
  if (!spec) return missingSpec(reading, empty)
  const { policies, inputs } = fieldsOf(reading, spec, ['policies', 'inputs'])
  const fields = policies ? fieldsOf(reading, policies, ['materials', 'attestation']) : undefined
  const materials = itemsOf(reading, fields?.materials).map((item) => materialOf(reading, item))
  return {
    name,
    inputs: inputsOf(reading, inputs),
    materials: materials.map(({ material }) => material),
    policies: [
      ...materials.flatMap((one) => one.policies),
      ...itemsOf(reading, fields?.attestation).map((item) => readAttachment(reading, item)),
    ],
  }
}

function materialOf(reading: Reading, tree: Tree) {
  const names = ['type', 'name', 'optional', 'matchMode', 'policies'] as const
  const fields = fieldsOf(reading, tree, names)
  const numbers = MATERIAL_KIND_NUMBERS
  const type = fields.type && enumOf(reading, fields.type, { numbers, what: 'kind of material' })
  const name = textOf(reading, fields.name)
  if (name !== '' && !fields.type) refuse(reading, tree, 'has a name and no type')
  return {
    material: { type, name, optional: flagOf(reading, fields.optional) ?? false },
    policies: itemsOf(reading, fields.policies).map((item) => readAttachment(reading, item)),
  }
}

function inputsOf(reading: Reading, tree: Tree | undefined): PolicyInput[] {
  return itemsOf(reading, tree).map((item) => {
    const fields = fieldsOf(reading, item, ['name', 'description', 'required', 'default'])
    const required = flagOf(reading, fields.required) ?? false
    const preset = textOf(reading, fields.default)
    if (required && preset !== '') refuse(reading, item, 'is required and has a default')
    const owner = { ...item, member: 'name' }
    const name = requiredText(reading, fields.name, { ...INPUT_NAME, owner })
    return { name, required, default: preset }
  })
}

function missingSpec<T>(reading: Reading, document: T): T {
  reading.problems.push({ path: 'spec', line: 1, column: 1, message: 'is required' })
  return document
}
