import { compileSchema } from '../json-schema.ts'
import type { SchemaCheck } from '../json-schema.ts'

export type LoadSchema = () => Promise<{ readonly default: object }>

/** Finds the check of a version. Each is loaded and compiled when it is first asked for, and once. */
export function schemaLoader(
  versions: Readonly<Record<string, LoadSchema>>,
  parts: Readonly<Record<string, LoadSchema>> = {},
): (version: string) => Promise<SchemaCheck | undefined> {
  const compiled = new Map<string, Promise<SchemaCheck>>()
  return async (version) => {
    const load = Object.hasOwn(versions, version) ? versions[version] : undefined
    if (!load) return undefined
    const check = compiled.get(version) ?? compile(load, parts)
    compiled.set(version, check)
    return check
  }
}

async function compile(
  load: LoadSchema,
  parts: Readonly<Record<string, LoadSchema>>,
): Promise<SchemaCheck> {
  const loaded = await Promise.all(
    Object.entries(parts).map(async ([uri, part]) => [uri, (await part()).default] as const),
  )
  return compileSchema((await load()).default, Object.fromEntries(loaded))
}
