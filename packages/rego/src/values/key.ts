import { numberText } from './number.ts'
import type { RegoObject } from './object.ts'
import type { RegoSet } from './set.ts'
import type { Value } from './value.ts'

const mark = '\u0000'

/** A key for Map that is equal for equal values: themselves for scalars, else a text. */
export function keyOf(value: Value): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? mark + value : value
  if (typeof value !== 'object' || value === null) return value
  return `${mark}:${canonical(value)}`
}

function canonical(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return numberText(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (!('kind' in value)) return `[${value.map(canonical).join()}]`
  if (value.kind === 'number') return numberText(value)
  return (value.canonical ??=
    value.kind === 'object' ? canonicalObject(value) : canonicalSet(value))
}

function canonicalSet(set: RegoSet): string {
  return `<${set.values().map(canonical).join()}>`
}

function canonicalObject(object: RegoObject): string {
  const pairs = Array.from(object.entries(), ([k, v]) => `${canonical(k)}:${canonical(v)}`)
  return `{${pairs.join()}}`
}
