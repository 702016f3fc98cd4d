import { typeName } from '../values/compare.ts'
import { keyOf } from '../values/key.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { badOperand, elements, objectAt, valueAt } from './operands.ts'
import { define, lenient, relation } from './registry.ts'
import type { Builtin, BuiltinFunction, CallContext } from './registry.ts'

const reachable: BuiltinFunction = (args, { run }) => {
  const graph = objectAt(args, 0)
  const queue = [...nodesAt(args)]
  const seen = new Map<unknown, Value>()
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    run.meter.tick()
    const key = keyOf(node)
    const edges = graph.get(node)
    if (edges === undefined || seen.has(key)) continue
    seen.set(key, node)
    queue.push(...elements(edges))
  }
  return RegoSet.from(seen.values())
}

function nodesAt(args: readonly Value[]): readonly Value[] {
  const nodes = valueAt(args, 1)
  if (Array.isArray(nodes) || nodes instanceof RegoSet) return elements(nodes)
  throw badOperand(2, `must be {array, set} but got ${typeName(nodes)}`)
}

/** All paths from a node to where nothing new can be reached. */
const reachablePaths: BuiltinFunction = (args, { run }) => {
  const graph = objectAt(args, 0)
  const paths: Value[] = []
  const walk = (node: Value, path: readonly Value[]): void => {
    run.meter.tick()
    run.meter.allocate(8 * path.length)
    const here = [...path, node]
    const visited = new Set(here.map(keyOf))
    const onward = elements(graph.get(node)).filter(
      (next) => graph.has(next) && !visited.has(keyOf(next)),
    )
    for (const next of onward) walk(next, here)
    if (onward.length === 0) paths.push(here)
  }
  for (const root of nodesAt(args)) if (graph.has(root)) walk(root, [])
  return RegoSet.from(paths)
}

/** Every value within, with the path to it; the value itself comes first. */
function walkAll(value: Value, call: CallContext): Value[] {
  const results: Value[] = []
  const visit = (at: Value, path: readonly Value[]): void => {
    call.run.meter.tick()
    call.run.meter.allocate(32 + 8 * path.length)
    results.push([path, at])
    for (const [key, item] of childrenOf(at)) visit(item, [...path, key])
  }
  visit(value, [])
  return results
}

function childrenOf(value: Value): Iterable<readonly [Value, Value]> {
  if (value instanceof RegoObject) return value.entries()
  if (value instanceof RegoSet) return value.values().map((item): [Value, Value] => [item, item])
  return elements(value).map((item, index): [Value, Value] => [index, item])
}

export const graph: readonly Builtin[] = [
  lenient(
    define(
      'graph.reachable(object, set|array) -> set',
      'The nodes that can be reached from the given ones.',
      reachable,
    ),
  ),
  lenient(
    define(
      'graph.reachable_paths(object, set|array) -> set',
      'The longest paths from the given nodes.',
      reachablePaths,
    ),
  ),
  relation(
    define(
      'walk(any) -> array',
      'Pairs of a path and the value there, for every value within.',
      (args, call) => walkAll(valueAt(args, 0), call),
    ),
  ),
]
