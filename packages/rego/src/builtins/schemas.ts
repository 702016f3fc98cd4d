import { RegoError } from '../errors.ts'
import { RegoObject } from '../values/object.ts'
import { parseJson } from '../values/parse-json.ts'
import type { Value } from '../values/value.ts'
import { validateSchema } from './json-schema.ts'
import type { SchemaFault } from './json-schema.ts'
import { fail, valueAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin } from './registry.ts'
import { schemaError } from './schema-check.ts'

/** Documents and schemas come as values or as JSON texts. */
function read(value: Value): Value {
  if (typeof value !== 'string') return value
  try {
    return parseJson(value)
  } catch (error) {
    throw error instanceof RegoError ? fail('jsonschema: invalid JSON string') : error
  }
}

function faultJson({ field, type, description }: SchemaFault): RegoObject {
  return RegoObject.record({ error: `${field}: ${description}`, type, field, desc: description })
}

function verify(value: Value): Value {
  try {
    const error = schemaError(read(value))
    return error === undefined ? [true, null] : [false, error]
  } catch (error) {
    if (error instanceof RegoError) return [false, error.reason]
    throw error
  }
}

export const schemas: readonly Builtin[] = [
  define(
    'json.verify_schema(string|object) -> array',
    'Whether a JSON Schema is valid, and what is wrong.',
    (args) => verify(valueAt(args, 0)),
  ),
  define(
    'json.match_schema(string|object, string|object) -> array',
    'Whether a document is valid for a JSON Schema, and what is wrong.',
    (args) => {
      const schema = read(valueAt(args, 1))
      const error = schemaError(schema)
      if (error) throw fail(error)
      const faults = validateSchema(read(valueAt(args, 0)), schema)
      return [faults.length === 0, faults.map(faultJson)]
    },
  ),
]
