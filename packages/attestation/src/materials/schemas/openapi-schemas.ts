import { schemaLoader } from './schema-loader.ts'

/** Published by `@seriousme/openapi-schema-validator`; `scripts/copy-schemas.ts` brings them here. */
export const openapiSchema = schemaLoader({
  '2.0': () => import('./openapi/2.0.schema.json', { with: { type: 'json' } }),
  '3.0': () => import('./openapi/3.0.schema.json', { with: { type: 'json' } }),
  '3.1': () => import('./openapi/3.1.schema.json', { with: { type: 'json' } }),
  '3.2': () => import('./openapi/3.2.schema.json', { with: { type: 'json' } }),
})
