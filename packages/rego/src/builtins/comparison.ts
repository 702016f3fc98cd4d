import { indexValue } from '../evaluate/access.ts'
import { compare, equals } from '../values/compare.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { elements, valueAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'

function ordering(holds: (order: number) => boolean): BuiltinFunction {
  return (args) => holds(compare(valueAt(args, 0), valueAt(args, 1)))
}

const same: BuiltinFunction = (args) => equals(valueAt(args, 0), valueAt(args, 1))

export const comparison: readonly Builtin[] = [
  define('eq(any, any) -> boolean', 'The operator `=`: both sides are made equal.', same),
  define('equal(any, any) -> boolean', 'The operator `==`.', same),
  define(
    'neq(any, any) -> boolean',
    'The operator `!=`.',
    ordering((order) => order !== 0),
  ),
  define(
    'lt(any, any) -> boolean',
    'The operator `<`.',
    ordering((order) => order < 0),
  ),
  define(
    'lte(any, any) -> boolean',
    'The operator `<=`.',
    ordering((order) => order <= 0),
  ),
  define(
    'gt(any, any) -> boolean',
    'The operator `>`.',
    ordering((order) => order > 0),
  ),
  define(
    'gte(any, any) -> boolean',
    'The operator `>=`.',
    ordering((order) => order >= 0),
  ),
  define('internal.member_2(any, any) -> boolean', 'The operator `in`.', (args) =>
    isMember(valueAt(args, 0), valueAt(args, 1)),
  ),
  define('internal.member_3(any, any, any) -> boolean', '`key, value in collection`.', (args) => {
    const found = indexValue(valueAt(args, 2), valueAt(args, 0))
    return found !== undefined && equals(found, valueAt(args, 1))
  }),
]

function isMember(value: Value, collection: Value): boolean {
  const items = collection instanceof RegoObject ? collection.values() : elements(collection)
  return items.some((item) => equals(item, value))
}
