import type { JsonValue } from './json-value.ts'
import { isArray, isObject } from './shape.ts'

/** UTF-8 JSON with the keys of every object sorted and no spaces: the same value gives the same bytes. */
export function canonicalJson(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(sorted(value)))
}

function sorted(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]))
}
