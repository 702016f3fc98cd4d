import { RegoError } from '../errors.ts'
import { dig } from '../evaluate/access.ts'
import { equals, typeName } from '../values/compare.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { arrayAt, elements, mustBe, objectAt, valueAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'

const get: BuiltinFunction = (args) => {
  const [object, key] = [objectAt(args, 0), valueAt(args, 1)]
  const found = Array.isArray(key) ? dig(object, key) : object.get(key)
  return found === undefined ? valueAt(args, 2) : found
}

/** The keys that a list, a set or another object names. */
function keysOf(value: Value): RegoSet {
  return RegoSet.from(value instanceof RegoObject ? value.keys() : elements(value))
}

const remove: BuiltinFunction = (args) => {
  const keys = keysOf(valueAt(args, 1))
  return RegoObject.from([...objectAt(args, 0).entries()].filter(([key]) => !keys.has(key)))
}

const filter: BuiltinFunction = (args) => {
  const keys = keysOf(valueAt(args, 1))
  return RegoObject.from([...objectAt(args, 0).entries()].filter(([key]) => keys.has(key)))
}

/** Objects are merged member by member; of other values the second wins. */
export function union(a: Value, b: Value): Value {
  if (!(a instanceof RegoObject) || !(b instanceof RegoObject)) return b
  const merged = [...b.entries()].map(([key, value]): [Value, Value] => {
    const other = a.get(key)
    return [key, other === undefined ? value : union(other, value)]
  })
  return RegoObject.from([...a.entries(), ...merged])
}

const unionAll: BuiltinFunction = (args) => {
  const objects = arrayAt(args, 0)
  for (const object of objects) {
    if (!(object instanceof RegoObject))
      throw mustBe(1, ['array of objects'], `array containing ${typeName(object)}`)
  }
  return objects.reduce((all, object) => union(all, object), RegoObject.empty)
}

const subset: BuiltinFunction = (args) => {
  const [whole, part] = [valueAt(args, 0), valueAt(args, 1)]
  if (whole instanceof RegoObject && part instanceof RegoObject) return isSubObject(whole, part)
  if (whole instanceof RegoSet && part instanceof RegoSet) return isSubset(whole, part)
  if (Array.isArray(whole) && Array.isArray(part)) return isSubArray(whole, part)
  if (Array.isArray(whole) && part instanceof RegoSet) {
    return whole.length > 0 && isSubset(RegoSet.from(whole), part)
  }
  throw new RegoError(
    'eval_type_error',
    'both arguments object.subset must be of the same type or array and set',
  )
}

function isSubObject(whole: RegoObject, part: RegoObject): boolean {
  return part.keys().every((key) => {
    const [outer, inner] = [whole.get(key), part.get(key)]
    return outer !== undefined && inner !== undefined && covers(outer, inner)
  })
}

function covers(whole: Value, part: Value): boolean {
  if (whole instanceof RegoObject && part instanceof RegoObject) return isSubObject(whole, part)
  if (whole instanceof RegoSet && part instanceof RegoSet) return isSubset(whole, part)
  if (Array.isArray(whole) && Array.isArray(part)) return isSubArray(whole, part)
  return equals(whole, part)
}

function isSubset(whole: RegoSet, part: RegoSet): boolean {
  return part.values().every((item) => whole.has(item))
}

/** The part occurs in the whole as a run of neighbours. */
function isSubArray(whole: readonly Value[], part: readonly Value[]): boolean {
  const starts = Array.from({ length: Math.max(0, whole.length - part.length + 1) }, (_, i) => i)
  return starts.some((start) => part.every((item, i) => equals(item, whole[start + i] ?? null)))
}

const keysType = 'object|set|array'
const nestedType = 'object|set|array'

export const objects: readonly Builtin[] = [
  define(
    'object.get(object, any, any) -> any',
    'The value at a key or at a path of keys, or the default.',
    get,
  ),
  define('object.keys(object) -> set', 'The keys.', (args) =>
    RegoSet.from(objectAt(args, 0).keys()),
  ),
  define(`object.remove(object, ${keysType}) -> object`, 'Without the given keys.', remove),
  define(`object.filter(object, ${keysType}) -> object`, 'With the given keys only.', filter),
  define(
    'object.union(object, object) -> object',
    'Both merged, at any depth; the second wins.',
    (args) => union(objectAt(args, 0), objectAt(args, 1)),
  ),
  define('object.union_n(array) -> object', 'All merged, at any depth; later ones win.', unionAll),
  define(
    `object.subset(${nestedType}, ${nestedType}) -> boolean`,
    'Whether the second is part of the first.',
    subset,
  ),
]
