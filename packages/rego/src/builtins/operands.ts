import type { Type } from '../compile/types.ts'
import { RegoError } from '../errors.ts'
import { typeName } from '../values/compare.ts'
import { isInteger, isNumber } from '../values/number.ts'
import type { RegoNumber } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { TypeName, Value } from '../values/value.ts'

/** The failure of a built-in function: the call is undefined, or the evaluation ends if strict. */
export function fail(reason: string): RegoError {
  return new RegoError('eval_builtin_error', reason)
}

/** An operand of a wrong kind; positions count from 1. */
export function badOperand(position: number, reason: string): RegoError {
  return new RegoError('eval_type_error', `operand ${position} ${reason}`)
}

export function mustBe(position: number, expected: readonly string[], got: string): RegoError {
  const [first] = expected
  const what = expected.length === 1 ? `${first}` : `one of {${expected.join(', ')}}`
  return badOperand(position, `must be ${what} but got ${got}`)
}

/** Checks an operand against its type in the signature. */
export function checkOperand(value: Value, type: Type, position: number): void {
  if (type.any) return
  const name = typeName(value)
  if (!type.names.includes(name)) throw mustBe(position, type.names, name)
  const inner = type.items.get(name)
  if (inner && !inner.any) checkItems(value, inner, position)
}

function checkItems(value: Value, type: Type, position: number): void {
  for (const item of elements(value)) {
    const name = typeName(item)
    if (type.names.includes(name)) continue
    const collection = typeName(value)
    const expected = type.names.map((each) => `${each}s`)
    const what = expected.length === 1 ? expected[0] : `(any of) ${expected.join(', ')}`
    throw badOperand(
      position,
      `must be ${collection} of ${what} but got ${collection} containing ${name}`,
    )
  }
}

/** The elements of an array or a set; nothing for other values. */
export function elements(value: Value | undefined): readonly Value[] {
  if (value instanceof RegoSet) return value.values()
  return Array.isArray(value) ? value : []
}

/** The arguments of a call with their types; the signature was checked before. */
export type Operands = readonly Value[]

export function stringAt(args: Operands, index: number): string {
  const value = args[index]
  return typeof value === 'string' ? value : refuse(value, index, 'string')
}

export function numberAt(args: Operands, index: number): RegoNumber {
  const value = args[index]
  return isNumber(value) ? value : refuse(value, index, 'number')
}

export function integerAt(args: Operands, index: number): bigint {
  const value = numberAt(args, index)
  if (!isInteger(value)) throw mustBe(index + 1, ['integer number'], 'floating-point number')
  return BigInt(value)
}

/** An integer of 64 bits. */
export function offsetAt(args: Operands, index: number): number {
  const value = integerAt(args, index)
  if (BigInt.asIntN(64, value) === value) return Number(value)
  throw mustBe(index + 1, ['integer number'], 'floating-point number')
}

/** An integer that is used as a size or an offset. */
export function countAt(args: Operands, index: number): number {
  return Number(integerAt(args, index))
}

export function arrayAt(args: Operands, index: number): readonly Value[] {
  const value = args[index]
  return Array.isArray(value) ? value : refuse(value, index, 'array')
}

export function objectAt(args: Operands, index: number): RegoObject {
  const value = args[index]
  return value instanceof RegoObject ? value : refuse(value, index, 'object')
}

export function setAt(args: Operands, index: number): RegoSet {
  const value = args[index]
  return value instanceof RegoSet ? value : refuse(value, index, 'set')
}

export function booleanAt(args: Operands, index: number): boolean {
  const value = args[index]
  return typeof value === 'boolean' ? value : refuse(value, index, 'boolean')
}

function refuse(value: Value | undefined, index: number, expected: TypeName): never {
  throw mustBe(index + 1, [expected], value === undefined ? 'nothing' : typeName(value))
}

/** The strings of an array or a set, or the single string itself. */
export function stringsAt(args: Operands, index: number): readonly string[] {
  const value = args[index]
  if (typeof value === 'string') return [value]
  return elements(value).filter((item) => typeof item === 'string')
}

export function valueAt(args: Operands, index: number): Value {
  return args[index] ?? null
}
