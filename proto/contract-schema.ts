/**
 * The JSON Schema of contracts, made of their Protobuf definitions: names, comments, enums and what of the protovalidate
 * rules a schema can say. Editors complete and check contracts with it.
 */
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  type FileRegistry,
  getOption,
  isFieldSet,
  ScalarType,
} from '@bufbuild/protobuf'
import {
  field as fieldOption,
  type FieldRules,
  oneof as oneofOption,
  type StringRules,
  StringRulesSchema,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js'

export type JsonSchema = { readonly [keyword: string]: unknown }

const PACKAGE = 'workflowcontract.v1'
/** Keys that nobody reads are mistakes, but in policies, which newer programs than ours may have written. */
const OPEN = new Set(['Policy', 'PolicySpec', 'PolicySpecV2', 'PolicyInput', 'AutoMatch'])

/** `draft-07`, because that is what the editors' YAML support knows best. */
export function contractSchema(registry: FileRegistry): JsonSchema {
  const generation: Generation = { definitions: new Map(), pending: [] }
  const roots = ['CraftingSchema', 'CraftingSchemaV2'].map((name) => {
    const message = registry.getMessage(`${PACKAGE}.${name}`)
    if (!message) throw new Error(`there is no message ${name}`)
    return reference(generation, message)
  })
  for (let next = generation.pending.pop(); next; next = generation.pending.pop()) {
    generation.definitions.set(keyOf(next), messageSchema(generation, next))
  }
  const [first, second] = roots
  const has = (...names: string[]) => ({ anyOf: names.map((name) => ({ required: [name] })) })
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Chainloop contract',
    description: 'What the runs of a workflow have to present.',
    if: {
      allOf: [has('schemaVersion', 'schema_version'), { not: has('apiVersion', 'api_version') }],
    },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: first,
    else: second,
    definitions: Object.fromEntries(
      [...generation.definitions].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }
}

interface Generation {
  readonly definitions: Map<string, JsonSchema>
  readonly pending: DescMessage[]
}

function keyOf({ typeName }: DescMessage): string {
  return typeName.slice(PACKAGE.length + 1)
}

function reference({ definitions, pending }: Generation, message: DescMessage): JsonSchema {
  const key = keyOf(message)
  if (!definitions.has(key)) {
    definitions.set(key, {})
    pending.push(message)
  }
  return { $ref: `#/definitions/${key}` }
}

function messageSchema(generation: Generation, message: DescMessage): JsonSchema {
  const properties = message.fields.flatMap((field) => propertiesOf(generation, field))
  const required = message.fields.filter((field) => rulesOf(field)?.required === true)
  const alternatives = message.oneofs.filter((oneof) => getOption(oneof, oneofOption).required)
  const conditions = [...required.map(presence), ...alternatives.map(exactlyOne)]
  return {
    ...description(message),
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(OPEN.has(message.name) ? {} : { additionalProperties: false }),
    ...(conditions.length > 0 ? { allOf: conditions } : {}),
  }
}

/** The name that people write, and the one of Protobuf, which is accepted too. */
function propertiesOf(generation: Generation, field: DescField): [string, JsonSchema][] {
  const schema = { ...description(field), ...fieldSchema(generation, field) }
  const own: [string, JsonSchema] = [field.jsonName, schema]
  return field.name === field.jsonName
    ? [own]
    : [own, [field.name, { ...schema, deprecated: true }]]
}

function presence({ name, jsonName }: DescField): JsonSchema {
  if (name === jsonName) return { required: [name] }
  return { anyOf: [{ required: [jsonName] }, { required: [name] }] }
}

function exactlyOne({ fields }: DescOneof): JsonSchema {
  return { oneOf: fields.map(({ jsonName }) => ({ required: [jsonName] })) }
}

function fieldSchema(generation: Generation, field: DescField): JsonSchema {
  const rules = rulesOf(field)
  const isOptional = rules?.required !== true && field.oneof === undefined
  const schema = valueSchema(generation, field, rules)
  return isOptional ? nullable(schema) : schema
}

function valueSchema(
  generation: Generation,
  field: DescField,
  rules: FieldRules | undefined,
): JsonSchema {
  switch (field.fieldKind) {
    case 'map':
      return { type: 'object', additionalProperties: { type: 'string' } }
    case 'list': {
      const items = rules?.type.case === 'repeated' ? rules.type.value.items : undefined
      return { type: 'array', items: itemSchema(generation, field, items) }
    }
    default:
      return itemSchema(generation, field, rules)
  }
}

function itemSchema(
  generation: Generation,
  field: DescField,
  rules: FieldRules | undefined,
): JsonSchema {
  if (field.message) return reference(generation, field.message)
  if (field.enum) return enumSchema(field.enum, rules?.required === true)
  if (field.scalar === ScalarType.BOOL) return { type: 'boolean' }
  if (field.scalar !== ScalarType.STRING) throw new Error(`${field.toString()} is of no known type`)
  return {
    type: 'string',
    ...(rules?.type.case === 'string' ? stringSchema(rules.type.value) : {}),
  }
}

/** By name or by number, as Protobuf's JSON has it. A required one is not the unspecified one. */
function enumSchema({ values }: DescEnum, isRequired: boolean): JsonSchema {
  const known = values.filter(({ number }) => !isRequired || number !== 0)
  return {
    anyOf: [
      { type: 'string', enum: known.map(({ name }) => name) },
      { type: 'integer', enum: known.map(({ number }) => number).toSorted((a, b) => a - b) },
    ],
  }
}

function stringSchema(rules: StringRules): JsonSchema {
  const { field } = StringRulesSchema
  return {
    ...(isFieldSet(rules, field.const) ? { const: rules.const } : {}),
    ...(isFieldSet(rules, field.pattern) ? { pattern: rules.pattern } : {}),
    ...(isFieldSet(rules, field.minLen) ? { minLength: Number(rules.minLen) } : {}),
    ...(isFieldSet(rules, field.maxLen) ? { maxLength: Number(rules.maxLen) } : {}),
    ...(rules.in.length > 0 ? { enum: rules.in } : {}),
  }
}

/** What is null counts as absent. */
function nullable(schema: JsonSchema): JsonSchema {
  const { type, anyOf } = schema
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...(anyOf as unknown[]), { type: 'null' }] }
  return typeof type === 'string'
    ? { ...schema, type: [type, 'null'] }
    : { anyOf: [schema, { type: 'null' }] }
}

function rulesOf(field: DescField): FieldRules | undefined {
  const rules = getOption(field, fieldOption)
  return rules.required || rules.type.case !== undefined ? rules : undefined
}

function description(described: DescMessage | DescField): JsonSchema {
  const comment = commentOf(described)
  return comment === '' ? {} : { description: comment }
}

/** What stands above the definition, as `descriptor.proto` numbers its place. */
function commentOf(described: DescMessage | DescField): string {
  const path = pathOf(described).join()
  const { file } = described.kind === 'message' ? described : described.parent
  const location = file.proto.sourceCodeInfo?.location.find((one) => one.path.join() === path)
  return (location?.leadingComments ?? '').replaceAll(/\s+/g, ' ').trim()
}

/** Numbers of `FileDescriptorProto.message_type`, `DescriptorProto.nested_type` and `DescriptorProto.field`. */
const MESSAGE_TYPE = 4
const NESTED_TYPE = 3
const FIELD = 2

function pathOf(described: DescMessage | DescField): number[] {
  const { parent } = described
  if (described.kind === 'field') {
    return [
      ...pathOf(described.parent),
      FIELD,
      described.parent.proto.field.indexOf(described.proto),
    ]
  }
  return parent?.kind === 'message'
    ? [...pathOf(parent), NESTED_TYPE, parent.proto.nestedType.indexOf(described.proto)]
    : [MESSAGE_TYPE, described.file.proto.messageType.indexOf(described.proto)]
}
