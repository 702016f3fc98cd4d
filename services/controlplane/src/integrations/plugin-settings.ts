import { invalid } from '@chainloop/kit/errors'
import type { ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'

import type { JsonObject, JsonValue } from './plugin.ts'

export interface PluginSettings {
  /** May be shown. */
  readonly configuration: JsonObject
  /** To be sealed; undefined when there are none. */
  readonly secrets: JsonObject | undefined
}

/** Throws `invalid` with everything that does not fit, each with its setting's name and without any value. */
export function readSettings(schema: JsonObject, given: JsonObject, what: string): PluginSettings {
  assertFits(schema, given, what)
  const secretNames = new Set(secretSettings(schema))
  const entries = Object.entries(given)
  const secrets = entries.filter(([name]) => secretNames.has(name))
  return {
    configuration: Object.fromEntries(entries.filter(([name]) => !secretNames.has(name))),
    secrets: secrets.length > 0 ? Object.fromEntries(secrets) : undefined,
  }
}

/** Throws `invalid` when this is no JSON Schema for flat settings. */
export function assertSettingsSchema(schema: JsonObject, what: string): void {
  try {
    validator().compile(schema)
  } catch (cause) {
    throw invalid(`${what} is no JSON Schema`, { reason: 'INVALID_SCHEMA', cause })
  }
}

function assertFits(schema: JsonObject, given: JsonObject, what: string): void {
  const ajv = validator()
  if (ajv.validate(schema, given)) return
  const problems = (ajv.errors ?? []).map(problemOf)
  throw invalid(`the settings of ${what} do not fit: ${[...new Set(problems)].join('; ')}`, {
    reason: 'INVALID_SETTINGS',
    hint: 'see `chainloop integration available describe`',
  })
}

function problemOf({ keyword, params, instancePath, message }: ErrorObject): string {
  const name = instancePath.slice(1)
  switch (keyword) {
    case 'required':
      return `${params['missingProperty']} is required`
    case 'additionalProperties':
      return `${params['additionalProperty']} is unknown`
    case 'enum':
      return `${name} must be one of ${[params['allowedValues']].flat().join(', ')}`
    default:
      return `${name || 'they'} ${message ?? 'are wrong'}`
  }
}

/** Names of the settings that are marked `writeOnly`. */
export function secretSettings(schema: JsonObject): string[] {
  const properties = schema['properties']
  if (!isObject(properties)) return []
  return Object.entries(properties)
    .filter(([, property]) => isObject(property) && property['writeOnly'] === true)
    .map(([name]) => name)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function validator(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  addFormats.default(ajv)
  return ajv
}
