import { compileSchema } from '../json-schema.ts'
import type { SchemaCheck } from '../json-schema.ts'

type Load = () => Promise<{ readonly default: object }>

/** Published by `@cyclonedx/cyclonedx-library`; `scripts/copy-schemas.ts` brings them here. */
const versions: Readonly<Record<string, Load>> = {
  '1.2': () => import('./cyclonedx/bom-1.2-strict.schema.json', { with: { type: 'json' } }),
  '1.3': () => import('./cyclonedx/bom-1.3-strict.schema.json', { with: { type: 'json' } }),
  '1.4': () => import('./cyclonedx/bom-1.4.schema.json', { with: { type: 'json' } }),
  '1.5': () => import('./cyclonedx/bom-1.5.schema.json', { with: { type: 'json' } }),
  '1.6': () => import('./cyclonedx/bom-1.6.schema.json', { with: { type: 'json' } }),
  '1.7': () => import('./cyclonedx/bom-1.7.schema.json', { with: { type: 'json' } }),
}

const parts: Readonly<Record<string, Load>> = {
  'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json': () =>
    import('./cyclonedx/spdx.schema.json', { with: { type: 'json' } }),
  'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json': () =>
    import('./cyclonedx/jsf-0.82.schema.json', { with: { type: 'json' } }),
  'http://cyclonedx.org/schema/cryptography-defs.SNAPSHOT.schema.json': () =>
    import('./cyclonedx/cryptography-defs.schema.json', { with: { type: 'json' } }),
}

const compiled = new Map<string, Promise<SchemaCheck>>()

/** Undefined for a version that has no JSON Schema, or none that is known here. Compiled once. */
export async function cyclonedxSchema(version: string): Promise<SchemaCheck | undefined> {
  const load = Object.hasOwn(versions, version) ? versions[version] : undefined
  if (!load) return undefined
  const check = compiled.get(version) ?? compile(load)
  compiled.set(version, check)
  return check
}

async function compile(load: Load): Promise<SchemaCheck> {
  const loaded = await Promise.all(
    Object.entries(parts).map(async ([uri, part]) => [uri, (await part()).default] as const),
  )
  return compileSchema((await load()).default, Object.fromEntries(loaded))
}
