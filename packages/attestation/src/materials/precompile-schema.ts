import standaloneCode from 'ajv/dist/standalone/index.js'

import { createAjv, type Others } from './json-schema.ts'

/**
 * What `compileSchema` makes, as the source of a module whose default export is ajv's function: for who bundles a
 * program that is started often. It requires parts of ajv, and `schema-check.ts` beside this file.
 */
export function precompileSchema(schema: object, others: Others = {}): string {
  const ajv = createAjv(schema, others, { code: { source: true, esm: true } })
  return standaloneCode.default(ajv, ajv.compile(schema))
}
