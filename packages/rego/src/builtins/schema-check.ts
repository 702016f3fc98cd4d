import { RegoError } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { keyText } from '../values/json.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { elements } from './operands.ts'
import { own } from './own.ts'
import { compileRegex } from './regex.ts'

const validTypes = ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string']

/** What makes a schema itself invalid; undefined when nothing does. */
export function schemaError(schema: Value): string | undefined {
  if (typeof schema === 'boolean') return undefined
  if (!(schema instanceof RegoObject)) return 'jsonschema: schema is invalid'
  for (const [keyword, argument] of schema.entries()) {
    const error = keywordError(keyText(keyword), argument)
    if (error) return error
  }
  return undefined
}

const nestedOne = new Set(['items', 'not', 'if', 'then', 'else', 'contains', 'propertyNames', 'additionalProperties', 'additionalItems']) // prettier-ignore
const nestedMap = new Set(['properties', 'patternProperties', 'definitions'])
const nestedList = new Set(['allOf', 'anyOf', 'oneOf'])

const kinds: Readonly<Record<string, readonly [string, string]>> = {
  properties: ['object', 'Properties must be of type object'],
  patternProperties: ['object', 'patternProperties must be of type object'],
  required: ['array', 'required must be of an array'],
  enum: ['array', 'enum must be of an array'],
  minimum: ['number', 'minimum must be of a Number'],
  maximum: ['number', 'maximum must be of a Number'],
  multipleOf: ['number', 'multipleOf must be of a Number'],
}

function keywordError(keyword: string, argument: Value): string | undefined {
  const kind = own(kinds, keyword)
  if (kind && typeName(argument) !== kind[0]) return `jsonschema: ${kind[1]}`
  if (keyword === 'type') return typeError(argument)
  if (keyword === 'pattern') return patternError(argument)
  if (keyword === 'required' && !elements(argument).every((key) => typeof key === 'string')) {
    return 'jsonschema: required items must be of type string'
  }
  return firstError(nestedSchemas(keyword, argument))
}

function nestedSchemas(keyword: string, argument: Value): readonly Value[] {
  if (nestedOne.has(keyword)) return Array.isArray(argument) ? argument : [argument]
  if (nestedMap.has(keyword)) return argument instanceof RegoObject ? argument.values() : []
  return nestedList.has(keyword) ? elements(argument) : []
}

function firstError(schemas: readonly Value[]): string | undefined {
  for (const schema of schemas) {
    const error = schemaError(schema)
    if (error) return error
  }
  return undefined
}

function typeError(argument: Value): string | undefined {
  const types = typeof argument === 'string' ? [argument] : elements(argument)
  const bad = types.find((type) => !validTypes.includes(keyText(type)))
  if (types.length === 0)
    return 'jsonschema: Invalid type. Expected: type, given: string/Array Of Strings'
  if (bad === undefined) return undefined
  return `jsonschema: has a primitive type that is NOT VALID -- given: /${keyText(bad)}/ Expected valid values are:[${validTypes.join(' ')}]`
}

function patternError(argument: Value): string | undefined {
  try {
    compileRegex(keyText(argument))
    return undefined
  } catch (error) {
    if (error instanceof RegoError)
      return `jsonschema: pattern is not a regular expression: ${error.reason}`
    throw error
  }
}
