import { z } from 'zod'

import { DeliveryError } from './delivery-error.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/** Marks a setting that is sealed when it is stored and never returned. */
export function secret<T extends z.ZodType>(schema: T, description: string): T {
  return schema.meta({ description, writeOnly: true })
}

/** What users may enter, as JSON Schema 2020-12. Throws a TypeError for settings that are not flat. */
export function toJsonSchema(id: string, schema: z.ZodObject): JsonSchema {
  const json: JsonSchema = { ...z.toJSONSchema(schema.strict(), { io: 'input' }) }
  for (const [name, property] of propertiesOf(json)) {
    if ('properties' in property || property['type'] === 'array') {
      throw new TypeError(`plugin ${id}: setting ${name} is not flat`)
    }
  }
  return json
}

export function secretsOf(schema: JsonSchema): string[] {
  return propertiesOf(schema)
    .filter(([, property]) => property['writeOnly'] === true)
    .map(([name]) => name)
}

export function propertiesOf(schema: JsonSchema): [string, Record<string, unknown>][] {
  const { properties } = z
    .object({ properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}) })
    .parse(schema)
  return Object.entries(properties)
}

/**
 * The settings of the schema; others are left out. What was stored under an older version of the plugin may no longer
 * fit: trying again does not help.
 */
export function settingsOf<T extends z.ZodObject>(schema: T, settings: unknown): z.output<T> {
  const parsed = schema.strip().safeParse(settings)
  if (parsed.success) return parsed.data as z.output<T>
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new DeliveryError(
    'permanent',
    `the settings do not fit this plugin: ${problems.join('; ')}`,
  )
}
