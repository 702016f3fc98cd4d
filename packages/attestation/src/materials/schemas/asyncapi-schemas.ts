import { schemaLoader } from './schema-loader.ts'

/** Published by `@asyncapi/specs`; `scripts/copy-schemas.ts` brings them here. */
export const asyncapiSchema = schemaLoader({
  '2.0.0': () => import('./asyncapi/2.0.0.schema.json', { with: { type: 'json' } }),
  '2.1.0': () => import('./asyncapi/2.1.0.schema.json', { with: { type: 'json' } }),
  '2.2.0': () => import('./asyncapi/2.2.0.schema.json', { with: { type: 'json' } }),
  '2.3.0': () => import('./asyncapi/2.3.0.schema.json', { with: { type: 'json' } }),
  '2.4.0': () => import('./asyncapi/2.4.0.schema.json', { with: { type: 'json' } }),
  '2.5.0': () => import('./asyncapi/2.5.0.schema.json', { with: { type: 'json' } }),
  '2.6.0': () => import('./asyncapi/2.6.0.schema.json', { with: { type: 'json' } }),
  '3.0.0': () => import('./asyncapi/3.0.0.schema.json', { with: { type: 'json' } }),
  '3.1.0': () => import('./asyncapi/3.1.0.schema.json', { with: { type: 'json' } }),
})
