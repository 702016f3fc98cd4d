import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'

/** `collection[key]`; a set yields the member itself. */
export function indexValue(collection: Value, key: Value): Value | undefined {
  if (typeof collection !== 'object' || collection === null) return undefined
  if (collection instanceof RegoObject) return collection.get(key)
  if (collection instanceof RegoSet) return collection.has(key) ? key : undefined
  if ('kind' in collection || typeof key !== 'number') return undefined
  return collection[key]
}

export function dig(value: Value | undefined, keys: readonly Value[]): Value | undefined {
  let at = value
  for (const key of keys) {
    if (at === undefined) return undefined
    at = indexValue(at, key)
  }
  return at
}

/** A copy with another value at the path; what stands in the way of the path is replaced. */
export function replaceAt(base: Value | undefined, path: readonly Value[], value: Value): Value {
  const [key, ...rest] = path
  if (key === undefined) return value
  const object = base instanceof RegoObject ? base : RegoObject.empty
  return RegoObject.from([...object.entries(), [key, replaceAt(object.get(key), rest, value)]])
}
