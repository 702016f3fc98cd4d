import { _, Ajv } from 'ajv'
import type { KeywordCxt, Options } from 'ajv'
import Ajv04 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'

import { areUnique, checkOf } from './schema-check.ts'
import type { SchemaCheck } from './schema-check.ts'

/** What a schema refers to, by URI. Nothing is ever fetched. */
export type Others = Readonly<Record<string, object>>

/** Compiles JSON Schema of the draft that it names. */
export function compileSchema(schema: object, others: Others = {}): SchemaCheck {
  return checkOf(createAjv(schema, others).compile(schema))
}

/** Knows what our schemas use. `others` are what the schema refers to. */
export function createAjv(schema: object, others: Others, options: Options = {}): Ajv {
  const ajv = openAjv(schema, {
    ...options,
    strict: false,
    schemas: { ...others },
    validateSchema: false,
  })
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
    code: requireUnique,
  })
  return ajv
}

function requireUnique(context: KeywordCxt): void {
  if (context.schema !== true) return
  const unique = context.gen.scopeValue('func', {
    ref: areUnique,
    code: _`require("./schema-check.ts").areUnique`,
  })
  context.fail(_`!${unique}(${context.data})`)
}

function openAjv(schema: object, options: Options): Ajv {
  const draft = '$schema' in schema ? schema.$schema : undefined
  if (draft === 'http://json-schema.org/draft-04/schema#') return new Ajv04.default(options)
  if (draft === 'https://json-schema.org/draft/2020-12/schema') return new Ajv2020(options)
  return new Ajv(options)
}
