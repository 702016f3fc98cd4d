import { schemaLoader } from './schema-loader.ts'
import type { LoadSchema } from './schema-loader.ts'

/** Published by `@cyclonedx/cyclonedx-library`; `scripts/copy-schemas.ts` brings them here. */
const versions: Readonly<Record<string, LoadSchema>> = {
  '1.2': () => import('./cyclonedx/bom-1.2-strict.schema.json', { with: { type: 'json' } }),
  '1.3': () => import('./cyclonedx/bom-1.3-strict.schema.json', { with: { type: 'json' } }),
  '1.4': () => import('./cyclonedx/bom-1.4.schema.json', { with: { type: 'json' } }),
  '1.5': () => import('./cyclonedx/bom-1.5.schema.json', { with: { type: 'json' } }),
  '1.6': () => import('./cyclonedx/bom-1.6.schema.json', { with: { type: 'json' } }),
  '1.7': () => import('./cyclonedx/bom-1.7.schema.json', { with: { type: 'json' } }),
}

const parts: Readonly<Record<string, LoadSchema>> = {
  'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json': () =>
    import('./cyclonedx/spdx.schema.json', { with: { type: 'json' } }),
  'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json': () =>
    import('./cyclonedx/jsf-0.82.schema.json', { with: { type: 'json' } }),
  'http://cyclonedx.org/schema/cryptography-defs.SNAPSHOT.schema.json': () =>
    import('./cyclonedx/cryptography-defs.schema.json', { with: { type: 'json' } }),
}

/** Undefined for a version that has no JSON Schema, or none that is known here. */
export const cyclonedxSchema = schemaLoader(versions, parts)
