import { productOf } from '../values/big-float.ts'
import { compare, typeName } from '../values/compare.ts'
import { isInteger, isNumber } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { add, multiply } from './arithmetic.ts'
import { arrayAt, elements, offsetAt, setAt, valueAt } from './operands.ts'
import { define, lenient } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'

const count: BuiltinFunction = ([value]) => {
  if (typeof value === 'string') return Array.from(value).length
  return value instanceof RegoObject ? value.size : elements(value).length
}

const addAll: BuiltinFunction = ([value]) =>
  elements(value)
    .filter((item) => isNumber(item))
    .reduce(add, 0)

const multiplyAll: BuiltinFunction = ([value]) => {
  const factors = elements(value).filter((item) => isNumber(item))
  return factors.every(isInteger) ? factors.reduce(multiply, 1) : productOf(factors)
}

function extreme(sign: number): BuiltinFunction {
  return ([value]) => {
    let best: Value | undefined
    for (const item of elements(value)) {
      if (best === undefined || compare(item, best) * sign > 0) best = item
    }
    return best
  }
}

const slice: BuiltinFunction = (args) => {
  const array = arrayAt(args, 0)
  const start = Math.max(0, offsetAt(args, 1))
  return array.slice(start, Math.max(start, offsetAt(args, 2)))
}

const unionAll: BuiltinFunction = (args) =>
  RegoSet.from(setsAt(args).flatMap((set) => set.values()))

function setsAt(args: readonly Value[]): readonly RegoSet[] {
  return setAt(args, 0)
    .values()
    .map((each) => setAt([each], 0))
}

const intersectAll: BuiltinFunction = (args) => {
  const [first, ...others] = setsAt(args)
  return first?.filter((item) => others.every((set) => set.has(item))) ?? RegoSet.empty
}

export const collections: readonly Builtin[] = [
  define(
    'count(array|object|set|string) -> number',
    'The number of elements, keys or characters.',
    count,
  ),
  define('sum(set<number>|array<number>) -> number', 'The sum of the elements.', addAll),
  define(
    'product(set<number>|array<number>) -> number',
    'The product of the elements.',
    multiplyAll,
  ),
  define('max(set|array) -> any', 'The greatest element in the order of values.', extreme(1)),
  define('min(set|array) -> any', 'The least element in the order of values.', extreme(-1)),
  define('sort(set|array) -> array', 'The elements in the order of values.', ([value]) =>
    elements(value).toSorted(compare),
  ),
  define('all(set|array) -> boolean', 'Whether every element is true.', ([value]) =>
    elements(value).every((item) => item === true),
  ),
  define('any(set|array) -> boolean', 'Whether some element is true.', ([value]) =>
    elements(value).some((item) => item === true),
  ),
  define('array.concat(array, array) -> array', 'The elements of both, in order.', (args) => [
    ...arrayAt(args, 0),
    ...arrayAt(args, 1),
  ]),
  define(
    'array.slice(array, number, number) -> array',
    'The elements from an index up to another, exclusive.',
    slice,
  ),
  define('array.reverse(array) -> array', 'The elements in reverse order.', (args) =>
    arrayAt(args, 0).toReversed(),
  ),
  define(
    'array.flatten(array) -> array',
    'The elements, with those of its arrays in their place.',
    (args) => flatten(arrayAt(args, 0)),
  ),
  define('and(set, set) -> set', 'The operator `&`.', (args) => {
    const other = setAt(args, 1)
    return setAt(args, 0).filter((item) => other.has(item))
  }),
  define('or(set, set) -> set', 'The operator `|`.', (args) =>
    RegoSet.from([...setAt(args, 0).values(), ...setAt(args, 1).values()]),
  ),
  define('set_diff(set, set) -> set', 'The members of the first that the second lacks.', (args) => {
    const other = setAt(args, 1)
    return setAt(args, 0).filter((item) => !other.has(item))
  }),
  lenient(define('union(set<set>) -> set', 'The members of any of the sets.', unionAll)),
  lenient(define('intersection(set<set>) -> set', 'The members of all of the sets.', intersectAll)),
  define('type_name(any) -> string', 'The type of the value.', (args) =>
    typeName(valueAt(args, 0)),
  ),
]

function flatten(items: readonly Value[]): Value[] {
  return items.flatMap((item): readonly Value[] => (Array.isArray(item) ? item : [item]))
}
