import { RegoError } from '../errors.ts'
import { RegoObject } from '../values/object.ts'
import { parseJson } from '../values/parse-json.ts'
import type { Value } from '../values/value.ts'
import { validateSchema } from './json-schema.ts'
import type { SchemaFault } from './json-schema.ts'
import { fail, valueAt } from './operands.ts'
import { define, lenient } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'
import { schemaError } from './schema-check.ts'

/** Documents and schemas come as values or as JSON texts. */
function read(value: Value): Value {
  if (value instanceof RegoObject || Array.isArray(value)) return value
  if (typeof value !== 'string') throw fail('wrong type, expected string or object')
  try {
    return parseJson(value)
  } catch (error) {
    throw error instanceof RegoError ? fail('invalid JSON string') : error
  }
}

function faultJson({ field, type, description }: SchemaFault): RegoObject {
  return RegoObject.record({ error: `${field}: ${description}`, type, field, desc: description })
}

function verify(value: Value): Value {
  try {
    if (Array.isArray(value)) return [false, 'jsonschema: schema is invalid']
    const error = schemaError(read(value))
    return error === undefined ? [true, null] : [false, error]
  } catch (error) {
    if (error instanceof RegoError) return [false, `jsonschema: ${error.reason}`]
    throw error
  }
}

const match: BuiltinFunction = (args) => {
  const document = read(valueAt(args, 0))
  const schema = read(valueAt(args, 1))
  const error = schemaError(schema)
  if (error) throw fail(error.replace(/^jsonschema: (?=schema is invalid)/, ''))
  const faults = validateSchema(document, schema)
  return [faults.length === 0, faults.map(faultJson)]
}

export const schemas: readonly Builtin[] = [
  lenient(
    define(
      'json.verify_schema(string|object) -> array',
      'Whether a JSON Schema is valid, and what is wrong.',
      (args) => verify(valueAt(args, 0)),
    ),
  ),
  lenient(
    define(
      'json.match_schema(string|object, string|object) -> array',
      'Whether a document is valid for a JSON Schema, and what is wrong.',
      match,
    ),
  ),
]
