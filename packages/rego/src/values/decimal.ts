/**
 * A number that no double denotes exactly: coefficient × 10^exponent, without trailing zeros in
 * the coefficient. Integers are never kept in this form.
 */
export class Decimal {
  readonly kind = 'number'
  readonly coefficient: bigint
  readonly exponent: number

  constructor(coefficient: bigint, exponent: number) {
    this.coefficient = coefficient
    this.exponent = exponent
  }

  toString(): string {
    return decimalText(this)
  }
}

/** Exponents beyond this are refused: 10^n would fill the memory by itself. */
export const maxExponent = 100_000

export type DecimalParts = { readonly coefficient: bigint; readonly exponent: number }

export function parseDecimal(text: string): DecimalParts | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = '', power = '0'] = match
  const exponent = Number(power) - fraction.length
  if (Math.abs(exponent) > maxExponent) return undefined
  const coefficient = BigInt(whole + fraction)
  return { coefficient: sign === '-' ? -coefficient : coefficient, exponent }
}

export function power10(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

/** Brings both to the smaller exponent, so that their coefficients compare and add. */
export function align(a: DecimalParts, b: DecimalParts): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent)
  return [
    a.coefficient * power10(a.exponent - exponent),
    b.coefficient * power10(b.exponent - exponent),
    exponent,
  ]
}

export function compareDecimals(a: DecimalParts, b: DecimalParts): number {
  const [x, y] = align(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

export function trimZeros({ coefficient, exponent }: DecimalParts): DecimalParts {
  if (coefficient === 0n) return { coefficient, exponent: 0 }
  const digits = coefficient.toString()
  const zeros = digits.length - digits.replace(/0+$/, '').length
  return { coefficient: coefficient / power10(zeros), exponent: exponent + zeros }
}

/** Plain notation near 1, scientific far from it, as Go's %g with the shortest precision. */
export function decimalText({ coefficient, exponent }: DecimalParts): string {
  const negative = coefficient < 0n
  const digits = (negative ? -coefficient : coefficient).toString()
  const point = digits.length + exponent
  return (negative ? '-' : '') + placePoint(digits, point)
}

function placePoint(digits: string, point: number): string {
  if (point < -3 || point > 21) return scientific(digits, point - 1)
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length)
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}

function scientific(digits: string, power: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  const size = String(Math.abs(power)).padStart(2, '0')
  return `${digits[0]}${fraction}e${power < 0 ? '-' : '+'}${size}`
}
