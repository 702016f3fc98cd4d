import {
  addFloats,
  divideFloats,
  multiplyFloats,
  roundNumber,
  truncate,
} from '../values/big-float.ts'
import { typeName } from '../values/compare.ts'
import { Decimal } from '../values/decimal.ts'
import { compareNumbers, fromBigInt, isInteger, isNumber, toDouble } from '../values/number.ts'
import type { RegoNumber } from '../values/number.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { badOperand, fail, integerAt, mustBe, numberAt, valueAt } from './operands.ts'
import { define, lenient } from './registry.ts'
import type { Builtin, BuiltinFunction, CallContext } from './registry.ts'

type Operation = {
  readonly small: (a: number, b: number) => number
  readonly big: (a: bigint, b: bigint) => bigint
  readonly float: (a: RegoNumber, b: RegoNumber) => RegoNumber
}

const addition: Operation = { small: (a, b) => a + b, big: (a, b) => a + b, float: addFloats }
const subtraction: Operation = {
  small: (a, b) => a - b,
  big: (a, b) => a - b,
  float: (a, b) => addFloats(a, negate(b)),
}
const multiplication: Operation = {
  small: (a, b) => a * b,
  big: (a, b) => a * b,
  float: multiplyFloats,
}

export function add(a: RegoNumber, b: RegoNumber): RegoNumber {
  return calculate(addition, a, b)
}

export function multiply(a: RegoNumber, b: RegoNumber): RegoNumber {
  return calculate(multiplication, a, b)
}

/** Integers of any size are exact; fractions have 64 bits of precision. */
function calculate(operation: Operation, a: RegoNumber, b: RegoNumber): RegoNumber {
  if (!isInteger(a) || !isInteger(b)) return operation.float(a, b)
  if (typeof a === 'number' && typeof b === 'number') {
    const result = operation.small(a, b)
    if (Number.isSafeInteger(result)) return result + 0
  }
  return fromBigInt(operation.big(BigInt(a), BigInt(b)))
}

function negate(value: RegoNumber): RegoNumber {
  if (value instanceof Decimal) return new Decimal(-value.coefficient, value.exponent)
  return typeof value === 'bigint' ? -value : 0 - value
}

const maxBits = 1_000_000

function binary(operation: Operation): BuiltinFunction {
  return (args, call) => {
    const [a, b] = [numberAt(args, 0), numberAt(args, 1)]
    meterBig([a, b], call)
    return calculate(operation, a, b)
  }
}

/** Big numbers cost what they are long. */
function meterBig(values: readonly RegoNumber[], { run }: CallContext): void {
  for (const value of values) {
    if (typeof value === 'bigint') run.meter.allocate(value.toString(16).length)
  }
}

const minus: BuiltinFunction = (args, call) => {
  const [a, b] = [valueAt(args, 0), valueAt(args, 1)]
  if (isNumber(a) && isNumber(b)) return binary(subtraction)(args, call)
  if (a instanceof RegoSet && b instanceof RegoSet) return a.filter((item) => !b.has(item))
  if (!isNumber(a) && !(a instanceof RegoSet)) throw mustBe(1, ['number', 'set'], typeName(a))
  throw mustBe(2, [isNumber(a) ? 'number' : 'set'], typeName(b))
}

const divide: BuiltinFunction = (args) => {
  const [a, b] = [numberAt(args, 0), numberAt(args, 1)]
  if (b === 0) throw fail('divide by zero')
  if (isInteger(a) && isInteger(b)) {
    const [x, y] = [BigInt(a), BigInt(b)]
    if (x % y === 0n) return fromBigInt(x / y)
  }
  return divideFloats(a, b)
}

const remainder: BuiltinFunction = (args) => {
  const [a, b] = [numberAt(args, 0), numberAt(args, 1)]
  if (!isInteger(a) || !isInteger(b)) throw fail('modulo on floating-point number')
  if (b === 0) throw fail('modulo by zero')
  return fromBigInt(BigInt(a) % BigInt(b))
}

const absolute: BuiltinFunction = (args) => {
  const value = numberAt(args, 0)
  return compareNumbers(value, 0) < 0 ? negate(value) : value
}

function shift(direction: 1n | -1n): BuiltinFunction {
  return (args) => {
    const [value, by] = [wholeAt(args, 0), wholeAt(args, 1)]
    if (by < 0n) throw mustBe(2, ['an unsigned integer number'], 'a negative integer')
    if (direction === -1n && by > maxBits) return value < 0n ? -1 : 0
    if (by > maxBits) throw fail(`shift by more than ${maxBits} bits`)
    return fromBigInt(direction === 1n ? value << by : value >> by)
  }
}

function wholeAt(args: readonly Value[], index: number): bigint {
  const value = valueAt(args, index)
  if (!isNumber(value)) throw mustBe(index + 1, ['integer'], typeName(value))
  return integerAt(args, index)
}

function bitwise(operate: (a: bigint, b: bigint) => bigint): BuiltinFunction {
  return (args) => fromBigInt(operate(wholeAt(args, 0), wholeAt(args, 1)))
}

const range: BuiltinFunction = (args, call) => countUp(args, 1n, call)

const rangeStep: BuiltinFunction = (args, call) => {
  const step = wholeAt(args, 2)
  if (step <= 0n) throw fail('step must be a positive integer')
  return countUp(args, step, call)
}

function countUp(args: readonly Value[], step: bigint, { run }: CallContext): Value {
  const [from, to] = [wholeAt(args, 0), wholeAt(args, 1)]
  const items: Value[] = []
  const push = (at: bigint): void => {
    run.meter.tick()
    run.meter.allocate(8)
    items.push(fromBigInt(at))
  }
  if (from <= to) for (let at = from; at <= to; at += step) push(at)
  else for (let at = from; at >= to; at -= step) push(at)
  return items
}

/** Cut off, then one further up or down: as OPA does it, so -0.5 rounds up to 1 and down to 0. */
function stepFromZero(value: RegoNumber, step: 1n | -1n): RegoNumber {
  if (isInteger(value)) return value
  const whole = wholeOf(truncate(value))
  const isOnSide = step === 1n ? whole >= 0n : whole < 0n
  return fromBigInt(isOnSide ? whole + step : whole)
}

function wholeOf(value: RegoNumber): bigint {
  return isInteger(value) ? BigInt(value) : 0n
}

const formatInteger: BuiltinFunction = (args) => {
  const base = toDouble(numberAt(args, 1))
  if (![2, 8, 10, 16].includes(base)) throw badOperand(2, 'must be one of {2, 8, 10, 16}')
  return wholeOf(truncate(numberAt(args, 0))).toString(base)
}

export const arithmetic: readonly Builtin[] = [
  define('plus(number, number) -> number', 'The operator `+`.', binary(addition)),
  define('minus(any, any) -> number|set', 'The operator `-`, of numbers or of sets.', minus),
  define('mul(number, number) -> number', 'The operator `*`.', binary(multiplication)),
  define('div(number, number) -> number', 'The operator `/`.', divide),
  define('rem(number, number) -> number', 'The operator `%`, of integers.', remainder),
  define('abs(number) -> number', 'The number without its sign.', absolute),
  define('round(number) -> number', 'The nearest integer; halves go away from zero.', (args) =>
    roundNumber(numberAt(args, 0)),
  ),
  define('ceil(number) -> number', 'The least integer not below the number.', (args) =>
    stepFromZero(numberAt(args, 0), 1n),
  ),
  define('floor(number) -> number', 'The greatest integer not above the number.', (args) =>
    stepFromZero(numberAt(args, 0), -1n),
  ),
  lenient(
    define(
      'numbers.range(number, number) -> array<number>',
      'Integers from one to another, inclusive, upwards or downwards.',
      range,
    ),
  ),
  lenient(
    define(
      'numbers.range_step(number, number, number) -> array<number>',
      'Like `numbers.range`, by steps.',
      rangeStep,
    ),
  ),
  define(
    'format_int(number, number) -> string',
    'The integer part in base 2, 8, 10 or 16.',
    formatInteger,
  ),
  lenient(
    define(
      'bits.and(number, number) -> number',
      'Bitwise and.',
      bitwise((a, b) => a & b),
    ),
  ),
  lenient(
    define(
      'bits.or(number, number) -> number',
      'Bitwise or.',
      bitwise((a, b) => a | b),
    ),
  ),
  lenient(
    define(
      'bits.xor(number, number) -> number',
      'Bitwise exclusive or.',
      bitwise((a, b) => a ^ b),
    ),
  ),
  lenient(
    define('bits.negate(number) -> number', 'Bitwise complement.', (args) =>
      fromBigInt(~wholeAt(args, 0)),
    ),
  ),
  lenient(define('bits.lsh(number, number) -> number', 'Shift to the left.', shift(1n))),
  lenient(
    define('bits.rsh(number, number) -> number', 'Arithmetic shift to the right.', shift(-1n)),
  ),
]
