import {
  compareDecimals,
  Decimal,
  decimalText,
  parseDecimal,
  power10,
  trimZeros,
} from './decimal.ts'
import type { DecimalParts } from './decimal.ts'

/**
 * A Rego number is an exact decimal. A double stands for the decimal that its shortest text
 * shows (0.1 is one tenth), a bigint for integers beyond 2^53, a Decimal for the rest; each
 * number has one form only, so equal numbers are equal in form.
 */
export type RegoNumber = number | bigint | Decimal

export function isNumber(value: unknown): value is RegoNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal
}

/** Undefined when the text is not a JSON number or its exponent is out of bounds. */
export function parseNumber(text: string): RegoNumber | undefined {
  if (text.length < 16 && /^-?\d+$/.test(text)) return Number(text) + 0
  const parts = parseDecimal(text)
  return parts && fromParts(parts)
}

export function fromBigInt(value: bigint): RegoNumber {
  const small = Number(value)
  return Number.isSafeInteger(small) ? small : value
}

export function fromParts(parts: DecimalParts): RegoNumber {
  const { coefficient, exponent } = trimZeros(parts)
  if (exponent >= 0) return fromBigInt(coefficient * power10(exponent))
  const double = Number(`${coefficient}e${exponent}`)
  const shown = Number.isFinite(double) && !Number.isInteger(double) ? parts10(double) : undefined
  if (shown && shown.coefficient === coefficient && shown.exponent === exponent) return double
  return new Decimal(coefficient, exponent)
}

/** The nearest form for a double that a host hands in; infinities and NaN are no numbers. */
export function fromDouble(value: number): RegoNumber | undefined {
  if (!Number.isFinite(value)) return undefined
  if (!Number.isInteger(value)) return value
  return Number.isSafeInteger(value) ? value + 0 : parseNumber(String(value))
}

export function toParts(value: RegoNumber): DecimalParts {
  if (typeof value === 'number') return parts10(value)
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 }
  return value
}

function parts10(value: number): DecimalParts {
  if (Number.isInteger(value)) return { coefficient: BigInt(value), exponent: 0 }
  return trimZeros(parseDecimal(String(value)) ?? { coefficient: 0n, exponent: 0 })
}

export function isInteger(value: RegoNumber): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
}

export function toDouble(value: RegoNumber): number {
  return value instanceof Decimal ? Number(value.toString()) : Number(value)
}

/** Undefined unless the number is an integer. */
export function toBigInt(value: RegoNumber): bigint | undefined {
  return isInteger(value) ? BigInt(value) : undefined
}

export function compareNumbers(a: RegoNumber, b: RegoNumber): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0
  if (isInteger(a) && isInteger(b)) return a < b ? -1 : a > b ? 1 : 0
  return compareDecimals(toParts(a), toParts(b))
}

/** JSON text; exact. */
export function numberText(value: RegoNumber): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && Number.isInteger(value)) return String(value)
  return decimalText(toParts(value))
}
