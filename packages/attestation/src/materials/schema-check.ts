import type { ErrorObject, ValidateFunction } from 'ajv'

import { canonicalText } from '../json/canonical-json.ts'
import type { JsonValue } from '../json/json-value.ts'

/** The first thing that violates the schema, with its place; undefined: nothing does. */
export type SchemaCheck = (document: JsonValue) => string | undefined

/** What ajv makes of a schema. */
export type Validate = Pick<ValidateFunction, 'errors'> & ((document: JsonValue) => unknown)

export function checkOf(validate: Validate): SchemaCheck {
  return (document) => (validate(document) === true ? undefined : describe(validate))
}

/** Compares only items that have something in common, because lists of a hundred thousand large objects are usual. */
export function areUnique(items: readonly JsonValue[]): boolean {
  if (items.length < 2) return true
  const alike = Map.groupBy(items, markOf)
  return [...alike.values()].every(
    (group) => group.length === 1 || new Set(group.map(identity)).size === group.length,
  )
}

/** The same for equal values, at little cost: of an object the text under the least of the keys that have one. */
function markOf(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  let least: [key: string, text: string] | undefined
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === 'string' && (!least || key < least[0])) least = [key, text]
  }
  return least ? least.join('=') : '{}'
}

/** Equal for values that JSON Schema calls equal. */
export function identity(value: JsonValue): string {
  return typeof value === 'object' && value !== null ? canonicalText(value) : JSON.stringify(value)
}

function describe({ errors }: Validate): string {
  const first: ErrorObject | undefined = errors?.[0]
  if (!first) return 'the document violates its schema'
  const path = first.instancePath === '' ? 'the document' : first.instancePath
  const details = Object.entries(first.params as Record<string, unknown>)
    .filter(([name]) => name === 'additionalProperty' || name === 'allowedValues')
    .map(([, value]) => ` (${JSON.stringify(value).slice(0, 200)})`)
  return `${path} ${first.message ?? 'violates its schema'}${details.join('')}`
}
