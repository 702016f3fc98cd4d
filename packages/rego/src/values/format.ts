import { isNumber, numberText } from './number.ts'
import { RegoObject } from './object.ts'
import { RegoSet } from './set.ts'
import type { Value } from './value.ts'

/** The value as Rego source. */
export function formatValue(value: Value): string {
  if (isNumber(value)) return numberText(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(formatValue).join(', ')}]`
  if (value instanceof RegoObject) return formatObject(value)
  if (value instanceof RegoSet) return formatSet(value)
  return value === null ? 'null' : value ? 'true' : 'false'
}

function formatObject(object: RegoObject): string {
  const pairs = Array.from(object.entries(), ([k, v]) => `${formatValue(k)}: ${formatValue(v)}`)
  return `{${pairs.join(', ')}}`
}

function formatSet(set: RegoSet): string {
  return set.size === 0 ? 'set()' : `{${set.values().map(formatValue).join(', ')}}`
}
