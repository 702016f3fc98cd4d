import { typeName } from '../values/compare.ts'
import { parseNumber } from '../values/number.ts'
import { RegoSet } from '../values/set.ts'
import type { TypeName, Value } from '../values/value.ts'
import { badOperand, elements, fail, mustBe, valueAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin } from './registry.ts'

const names: readonly TypeName[] = ['array', 'boolean', 'null', 'number', 'object', 'set', 'string']

function isType(name: TypeName): Builtin {
  return define(`is_${name}(any) -> boolean`, `Whether the value is of type ${name}.`, (args) => {
    return typeName(valueAt(args, 0)) === name
  })
}

function castTo(name: TypeName): Builtin {
  return define(`cast_${name}(any) -> ${name}`, `The value if it is of type ${name}.`, (args) => {
    const value = valueAt(args, 0)
    const got = typeName(value)
    if (name === 'array' && got === 'set') return elements(value)
    if (name === 'set' && got === 'array') return RegoSet.from(elements(value))
    if (got !== name) throw mustBe(1, [name], got)
    return value
  })
}

function toNumber(value: Value): Value {
  if (value === null) return 0
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string') return value
  const number = parseNumber(value)
  if (number !== undefined) return number
  if (/^[+-]?(nan|inf|infinity)$/i.test(value)) throw badOperand(1, 'must be valid number')
  throw fail(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`)
}

export const types: readonly Builtin[] = [
  ...names.map(isType),
  ...names.filter((name) => name !== 'number').map(castTo),
  define(
    'to_number(null|boolean|number|string) -> number',
    'The number that a string shows; 0 or 1 of a boolean, 0 of null.',
    (args) => toNumber(valueAt(args, 0)),
  ),
]
