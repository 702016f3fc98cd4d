import { compareNumbers } from './number.ts'
import type { RegoNumber } from './number.ts'
import type { RegoObject } from './object.ts'
import type { RegoSet } from './set.ts'
import type { TypeName, Value } from './value.ts'

const order = { null: 0, boolean: 1, number: 2, string: 3, array: 4, object: 5, set: 6 } as const

export function typeName(value: Value): TypeName {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'boolean'
    case 'object':
      return value === null ? 'null' : 'kind' in value ? value.kind : 'array'
    default:
      return 'number'
  }
}

/** The total order over values: by type first, then by content. */
export function compare(a: Value, b: Value): number {
  if (a === b) return 0
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const type = typeName(a)
  const other = typeName(b)
  return type === other ? compareSame[type](a as never, b as never) : order[type] - order[other]
}

const compareSame: Record<TypeName, (a: never, b: never) => number> = {
  null: () => 0,
  boolean: (a: boolean, b: boolean) => Number(a) - Number(b),
  number: (a: RegoNumber, b: RegoNumber) => compareNumbers(a, b),
  string: (a: string, b: string) => compareStrings(a, b),
  array: (a: readonly Value[], b: readonly Value[]) => compareArrays(a, b),
  object: (a: RegoObject, b: RegoObject) => compareObjects(a, b),
  set: (a: RegoSet, b: RegoSet) => compareArrays(a.values(), b.values()),
}

/** By code points, as UTF-8 bytes sort; JavaScript's own order differs beyond U+FFFF. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rankUnit(x) - rankUnit(y)
  }
  return a.length - b.length
}

function rankUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

function compareArrays(a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const result = compare(a[i] ?? null, b[i] ?? null)
    if (result !== 0) return result
  }
  return a.length - b.length
}

function compareObjects(a: RegoObject, b: RegoObject): number {
  const keys = a.keys()
  const others = b.keys()
  const length = Math.min(keys.length, others.length)
  for (let i = 0; i < length; i++) {
    const [key = null, other = null] = [keys[i], others[i]]
    const result = compare(key, other) || compare(a.get(key) ?? null, b.get(other) ?? null)
    if (result !== 0) return result
  }
  return keys.length - others.length
}

export function equals(a: Value, b: Value): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return sizeOf(a) === sizeOf(b) && compare(a, b) === 0
}

function sizeOf(value: Value): number {
  if (typeof value !== 'object' || value === null) return -1
  if (!('kind' in value)) return value.length
  return value.kind === 'number' ? -1 : value.size
}

/** Neither false nor undefined: what a body needs to go on. */
export function isTruthy(value: Value | undefined): value is Value {
  return value !== undefined && value !== false
}
