import { checkOf } from '../schema-check.ts'
import type { SchemaCheck, Validate } from '../schema-check.ts'

/** A schema; or what it was compiled to already, in a program that was bundled with `precompileSchema`. */
export type LoadSchema = () => Promise<{ readonly default: Schema | Validate }>

export type Schema = Readonly<Record<string, unknown>>

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

/** The check of a schema that is at hand. */
export function lazySchema(schema: Schema): () => Promise<SchemaCheck> {
  let check: Promise<SchemaCheck> | undefined
  return async () => (check ??= compile(() => Promise.resolve({ default: schema }), {}))
}

async function compile(
  load: LoadSchema,
  parts: Readonly<Record<string, LoadSchema>>,
): Promise<SchemaCheck> {
  const { default: schema } = await load()
  if (typeof schema === 'function') return checkOf(schema)

  // Not before it is needed: ajv alone takes as long to load as the rest of a command.
  const { compileSchema } = await import('../json-schema.ts')
  const loaded = await Promise.all(
    Object.entries(parts).map(async ([uri, part]) => [uri, (await part()).default] as const),
  )
  return compileSchema(schema, Object.fromEntries(loaded))
}
