import { typeName } from '../values/compare.ts'
import { keyText } from '../values/json.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { elements, mustBe, objectAt, valueAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'

/** What paths lead to, merged; a path that ends takes the whole value. */
type PathTree = Map<string, PathTree> & { whole?: boolean }

function pathSegments(path: string): string[] {
  const trimmed = path.replace(/^\/+/, '')
  if (trimmed === '') return []
  return trimmed.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function readPath(path: Value): string[] {
  if (typeof path === 'string') return pathSegments(path)
  if (Array.isArray(path)) return path.map((key) => (typeof key === 'string' ? key : keyText(key)))
  throw mustBe(
    2,
    ['one of {set, array} containing string paths or array of path segments'],
    typeName(path),
  )
}

function buildTree(paths: readonly Value[]): PathTree {
  const root: PathTree = new Map()
  for (const path of paths) {
    let at: PathTree = root
    const keys = readPath(path)
    for (const key of keys) {
      const next: PathTree = at.get(key) ?? new Map()
      at.set(key, next)
      at = next
    }
    if (keys.length > 0) at.whole = true
  }
  return root
}

function select(value: Value, tree: PathTree): Value | undefined {
  if (tree.whole) return value
  const kept = childrenAt(value, tree)
  if (Array.isArray(value)) return kept.map(([, item]) => item)
  return value instanceof RegoObject ? RegoObject.from(kept) : undefined
}

function childrenAt(value: Value, tree: PathTree): [Value, Value][] {
  return entriesOf(value).flatMap(([key, item]) => {
    const inner = tree.get(keyText(key))
    const chosen = inner && select(item, inner)
    return chosen === undefined ? [] : [[key, chosen] as [Value, Value]]
  })
}

function without(value: Value, tree: PathTree): Value {
  const kept = entriesOf(value).flatMap(([key, item]): [Value, Value][] => {
    const inner = tree.get(keyText(key))
    if (inner?.whole) return []
    return [[key, inner ? without(item, inner) : item]]
  })
  if (Array.isArray(value)) return kept.map(([, item]) => item)
  return value instanceof RegoObject ? RegoObject.from(kept) : value
}

function entriesOf(value: Value): [Value, Value][] {
  if (value instanceof RegoObject) return [...value.entries()]
  return elements(Array.isArray(value) ? value : undefined).map((item, index) => [index, item])
}

const filter: BuiltinFunction = (args) =>
  RegoObject.from(childrenAt(objectAt(args, 0), buildTree(elements(valueAt(args, 1)))))

const remove: BuiltinFunction = (args) =>
  without(objectAt(args, 0), buildTree(elements(valueAt(args, 1))))

export const jsonPaths: readonly Builtin[] = [
  define(
    'json.filter(object, set|array) -> object',
    'What the paths (`a/b/0`, or arrays of keys) lead to.',
    filter,
  ),
  define('json.remove(object, set|array) -> object', 'Without what the paths lead to.', remove),
]
