import { Ajv } from 'ajv'
import type { ErrorObject, Options, ValidateFunction } from 'ajv'
import Ajv04 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'

import { canonicalText } from '../json/canonical-json.ts'
import type { JsonValue } from '../json/json-value.ts'

/** The first thing that violates the schema, with its place; undefined: nothing does. */
export type SchemaCheck = (document: JsonValue) => string | undefined

/** Compiles JSON Schema of the draft that it names. `others` are what it refers to, by URI; nothing is ever fetched. */
export function compileSchema(
  schema: object,
  others: Readonly<Record<string, object>> = {},
): SchemaCheck {
  const ajv = createAjv(schema, { strict: false, schemas: { ...others }, validateSchema: false })
  addFormats.default(ajv)
  // Not in ajv-formats; internationalized forms are not checked further.
  ajv.addFormat('idn-email', /^[^@\s]+@[^@\s]+$/)
  ajv.addFormat('iri-reference', true)
  ajv.addFormat('media-range', true)
  // The built-in one compares every pair: minutes for a list of a hundred thousand.
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not have the same item twice' },
    validate: (flag: boolean, items: readonly JsonValue[]) => !flag || areUnique(items),
  })
  const validate = ajv.compile(schema)
  return (document) => (validate(document) ? undefined : describe(validate))
}

function createAjv(schema: object, options: Options): Ajv {
  const draft = '$schema' in schema ? schema.$schema : undefined
  if (draft === 'http://json-schema.org/draft-04/schema#') return new Ajv04.default(options)
  if (draft === 'https://json-schema.org/draft/2020-12/schema') return new Ajv2020(options)
  return new Ajv(options)
}

export function areUnique(items: readonly JsonValue[]): boolean {
  return new Set(items.map(identity)).size === items.length
}

/** Equal for values that JSON Schema calls equal. */
export function identity(value: JsonValue): string {
  return typeof value === 'object' && value !== null ? canonicalText(value) : JSON.stringify(value)
}

function describe({ errors }: ValidateFunction): string {
  const first: ErrorObject | undefined = errors?.[0]
  if (!first) return 'the document violates its schema'
  const path = first.instancePath === '' ? 'the document' : first.instancePath
  const details = Object.entries(first.params as Record<string, unknown>)
    .filter(([name]) => name === 'additionalProperty' || name === 'allowedValues')
    .map(([, value]) => ` (${JSON.stringify(value).slice(0, 200)})`)
  return `${path} ${first.message ?? 'violates its schema'}${details.join('')}`
}
