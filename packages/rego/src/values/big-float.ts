import { fromBigInt, fromParts, isInteger, toParts } from './number.ts'
import type { RegoNumber } from './number.ts'

/**
 * Arithmetic on numbers of which one is no integer: binary floating point with a mantissa of
 * 64 bits, rounded half to even, shown with the fewest digits that read back as the same value.
 */
type BigFloat = { readonly mantissa: bigint; readonly exponent: number }

const precision = 64
/** Of products of many: OPA's accumulator is no wider. */
const doublePrecision = 53

export function addFloats(a: RegoNumber, b: RegoNumber): RegoNumber {
  const [x, y, exponent] = alignBits(toFloat(a), toFloat(b))
  return toNumber(round(x + y, exponent))
}

export function multiplyFloats(a: RegoNumber, b: RegoNumber): RegoNumber {
  return toNumber(product(toFloat(a), toFloat(b), precision))
}

/** The product of all, rounded to a double after each step. */
export function productOf(values: readonly RegoNumber[]): RegoNumber {
  const total = values
    .map(toFloat)
    .reduce((so, factor) => product(so, factor, doublePrecision), toFloat(1))
  return toNumber(total, doublePrecision)
}

function product(x: BigFloat, y: BigFloat, bits: number): BigFloat {
  return round(x.mantissa * y.mantissa, x.exponent + y.exponent, bits)
}

/** The divisor is not zero. */
export function divideFloats(a: RegoNumber, b: RegoNumber): RegoNumber {
  const x = toFloat(a)
  const y = toFloat(b)
  const ratio = roundRatio(x.mantissa, y.mantissa)
  return toNumber({ mantissa: ratio.mantissa, exponent: ratio.exponent + x.exponent - y.exponent })
}

function alignBits(a: BigFloat, b: BigFloat): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent)
  const shift = (f: BigFloat): bigint => f.mantissa << BigInt(f.exponent - exponent)
  return [shift(a), shift(b), exponent]
}

function toFloat(value: RegoNumber): BigFloat {
  const { coefficient, exponent } = toParts(value)
  if (exponent >= 0) return round(coefficient * 10n ** BigInt(exponent), 0)
  return roundRatio(coefficient, 10n ** BigInt(-exponent))
}

function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16)
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)))
}

function round(mantissa: bigint, exponent: number, bits = precision): BigFloat {
  const excess = bitLength(mantissa) - bits
  if (excess <= 0) return { mantissa, exponent }
  return { mantissa: shiftHalfEven(mantissa, BigInt(excess)), exponent: exponent + excess }
}

function shiftHalfEven(value: bigint, bits: bigint): bigint {
  const magnitude = value < 0n ? -value : value
  const kept = magnitude >> bits
  const rest = magnitude - (kept << bits)
  const half = 1n << (bits - 1n)
  const up = rest > half || (rest === half && (kept & 1n) === 1n)
  const rounded = up ? kept + 1n : kept
  return value < 0n ? -rounded : rounded
}

/** Two guard bits and a sticky bit make the later rounding exact. */
function roundRatio(numerator: bigint, denominator: bigint): BigFloat {
  const negative = numerator < 0n !== denominator < 0n
  const n = numerator < 0n ? -numerator : numerator
  const d = denominator < 0n ? -denominator : denominator
  const shift = Math.max(0, precision + 2 - bitLength(n) + bitLength(d))
  const scaled = n << BigInt(shift)
  const quotient = scaled / d
  const sticky = scaled % d === 0n ? 0n : 1n
  const full = (quotient << 1n) | sticky
  return round(negative ? -full : full, -shift - 1)
}

function toNumber({ mantissa, exponent }: BigFloat, bits = precision): RegoNumber {
  if (mantissa === 0n) return 0
  const negative = mantissa < 0n
  const shown = shortest(normalize(negative ? -mantissa : mantissa, exponent, bits), bits)
  return fromParts({ ...shown, coefficient: negative ? -shown.coefficient : shown.coefficient })
}

function normalize(mantissa: bigint, exponent: number, bits: number): BigFloat {
  const missing = bits - bitLength(mantissa)
  return { mantissa: mantissa << BigInt(missing), exponent: exponent - missing }
}

/** Steele and White: the shortest decimal inside the interval that rounds to the mantissa. */
function shortest(
  { mantissa, exponent }: BigFloat,
  bits: number,
): { coefficient: bigint; exponent: number } {
  const up = exponent > 2 ? exponent - 2 : 0
  const scale = exponent < 2 ? 1n << BigInt(2 - exponent) : 1n
  const widen = (n: bigint): bigint => n << BigInt(up)
  const value = widen(mantissa * 4n)
  const lowerGap = mantissa === 1n << BigInt(bits - 1) ? 1n : 2n
  const low = value - widen(lowerGap)
  const high = value + widen(2n)
  const closed = (mantissa & 1n) === 0n
  const magnitude = Math.max(0, value.toString().length - scale.toString().length)
  for (let power = magnitude + 1; ; power--) {
    const found = candidate({ value, low, high, scale, closed }, power)
    if (found !== undefined) return { coefficient: found, exponent: power }
  }
}

type Interval = { value: bigint; low: bigint; high: bigint; scale: bigint; closed: boolean }

function candidate(at: Interval, power: number): bigint | undefined {
  const unit = at.scale * (power > 0 ? 10n ** BigInt(power) : 1n)
  const factor = power < 0 ? 10n ** BigInt(-power) : 1n
  const inside = (n: bigint): boolean => {
    const point = n * unit
    const [low, high] = [at.low * factor, at.high * factor]
    return at.closed ? point >= low && point <= high : point > low && point < high
  }
  const below = (at.value * factor) / unit
  const nearestUp = at.value * factor - below * unit > unit / 2n
  const order = nearestUp ? [below + 1n, below] : [below, below + 1n]
  return order.find((n) => n > 0n && inside(n))
}

export function isExact(a: RegoNumber, b: RegoNumber): boolean {
  return isInteger(a) && isInteger(b)
}

/** Rounds halves away from zero. */
export function roundNumber(value: RegoNumber): RegoNumber {
  return toWhole(value, (n, d) => (n * 2n + d) / (d * 2n))
}

/** Without what is behind the point. */
export function truncate(value: RegoNumber): RegoNumber {
  return toWhole(value, (n, d) => n / d)
}

type Rounding = (numerator: bigint, denominator: bigint) => bigint

function toWhole(value: RegoNumber, rounding: Rounding): RegoNumber {
  if (isInteger(value)) return value
  const { coefficient, exponent } = toParts(value)
  const negative = coefficient < 0n
  const whole = rounding(negative ? -coefficient : coefficient, 10n ** BigInt(-exponent))
  return fromBigInt(negative ? -whole : whole)
}
