import { equals, typeName } from '../values/compare.ts'
import { stringify } from '../values/json.ts'
import { parseNumber } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { arrayAt, elements, fail, mustBe, valueAt } from './operands.ts'
import { own } from './own.ts'
import { define } from './registry.ts'
import type { Builtin } from './registry.ts'

type Path = readonly Value[]
/** Makes the new content of a container from the old one. */
type Edit = (container: Value, key: Value) => Value | undefined

/** RFC 6902, extended to sets, whose members are their own keys. */
function applyPatch(document: Value, operation: Value): Value | undefined {
  if (!(operation instanceof RegoObject))
    throw fail('must be an array of JSON-Patch objects, but at least one element is not an object')
  const name = operation.get('op') ?? missing('op')
  if (typeof name !== 'string') {
    throw fail(`attribute 'op' must be a string but found: ${typeName(name)}`)
  }
  const path = readPath(operation, 'path')
  const apply = own(operations, name)
  if (!apply) throw fail(`unrecognized op: '${name}'`)
  return apply({ document, path, operation })
}

type Step = { readonly document: Value; readonly path: Path; readonly operation: RegoObject }

const operations: Readonly<Record<string, (step: Step) => Value | undefined>> = {
  add: ({ document, path, operation }) => add(document, path, valueOf(operation)),
  remove: ({ document, path }) => edit(document, path, removeKey),
  replace: ({ document, path, operation }) => replace(document, path, valueOf(operation)),
  test: ({ document, path, operation }) => testAt(document, path, valueOf(operation)),
  copy: ({ document, path, operation }) => transfer(document, path, operation),
  move: ({ document, path, operation }) => transfer(document, path, operation),
}

function valueOf(operation: RegoObject): Value {
  const value = operation.get('value')
  return value === undefined ? missing('value') : value
}

function refuse(operation: Value): never {
  throw fail(`operation ${stringify(operation)} cannot be applied`)
}

function testAt(document: Value, path: Path, value: Value): Value | undefined {
  const found = at(document, path)
  return found !== undefined && equals(found, value) ? document : undefined
}

function missing(name: string): never {
  throw fail(`missing required attribute '${name}'`)
}

function readPath(operation: RegoObject, name: string): Path {
  const path = operation.get(name)
  if (typeof path === 'string') return pointerKeys(path)
  if (Array.isArray(path)) return path
  if (path === undefined) return missing(name)
  const expected = 'one of {set, array} containing string paths or array of path segments'
  throw mustBe(2, [expected], typeName(path))
}

/** RFC 6901, though the first slash may be missing. */
function pointerKeys(path: string): Path {
  if (path === '') return []
  const keys = path.replace(/^\//, '').split('/')
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function transfer(document: Value, path: Path, operation: RegoObject): Value | undefined {
  const from = readPath(operation, 'from')
  const value = at(document, from)
  if (value === undefined) return undefined
  const source = operation.get('op') === 'move' ? edit(document, from, removeKey) : document
  return source === undefined ? undefined : add(source, path, value)
}

function add(document: Value, path: Path, value: Value): Value | undefined {
  if (path.length === 0) return value
  return edit(document, path, (container, key) => insertKey(container, key, value))
}

function replace(document: Value, path: Path, value: Value): Value | undefined {
  if (path.length === 0) return value
  return edit(document, path, (container, key) => {
    if (child(container, key) === undefined) return undefined
    if (container instanceof RegoSet)
      return RegoSet.from([...container.values().filter((m) => !equals(m, key)), value])
    return setKey(container, key, value)
  })
}

function at(document: Value, path: Path): Value | undefined {
  return path.reduce(
    (value: Value | undefined, key) => (value === undefined ? undefined : child(value, key)),
    document,
  )
}

function indexOf(key: Value): number {
  const number = typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key) ? parseNumber(key) : key
  return typeof number === 'number' && Number.isInteger(number) ? number : -1
}

function child(container: Value, key: Value): Value | undefined {
  if (container instanceof RegoObject) return container.get(key)
  if (container instanceof RegoSet) return container.has(key) ? key : undefined
  return Array.isArray(container) ? container[indexOf(key)] : undefined
}

/** Rebuilds the containers along the path around the edited one. */
function edit(document: Value, path: Path, change: Edit): Value | undefined {
  const [key, ...rest] = path
  if (key === undefined) return undefined
  if (rest.length === 0) return change(document, key)
  const inner = child(document, key)
  const edited = inner === undefined ? undefined : edit(inner, rest, change)
  if (edited === undefined) return undefined
  if (document instanceof RegoSet) {
    return RegoSet.from([...document.values().filter((member) => !equals(member, key)), edited])
  }
  return setKey(document, key, edited)
}

function setKey(container: Value, key: Value, value: Value): Value | undefined {
  if (container instanceof RegoObject)
    return RegoObject.from([...container.entries(), [key, value]])
  if (!Array.isArray(container)) return undefined
  return container.with(indexOf(key), value)
}

function insertKey(container: Value, key: Value, value: Value): Value | undefined {
  if (container instanceof RegoSet)
    return equals(key, value) ? RegoSet.from([...container.values(), value]) : undefined
  if (!Array.isArray(container)) return setKey(container, key, value)
  const index = key === '-' ? container.length : indexOf(key)
  if (index < 0 || index > container.length) return undefined
  return container.toSpliced(index, 0, value)
}

function removeKey(container: Value, key: Value): Value | undefined {
  if (child(container, key) === undefined) return undefined
  if (container instanceof RegoSet) return container.filter((member) => !equals(member, key))
  if (Array.isArray(container)) return container.toSpliced(indexOf(key), 1)
  return RegoObject.from(
    container instanceof RegoObject
      ? [...container.entries()].filter(([each]) => !equals(each, key))
      : [],
  )
}

export const jsonPatch: readonly Builtin[] = [
  define(
    'json.patch(any, array) -> any',
    'The document after the operations of RFC 6902.',
    (args) =>
      elements(arrayAt(args, 1)).reduce(
        (document: Value, operation) => applyPatch(document, operation) ?? refuse(operation),
        valueAt(args, 0),
      ),
  ),
]
