type FloatFormat = {
  readonly verb: string
  readonly precision: number | undefined
  readonly sharp: boolean
}

/** Formats a double as Go's strconv does: two digits at least in exponents, `%g` changes form at 10^6. */
export function formatDouble(value: number, { verb, precision }: FloatFormat): string {
  switch (verb) {
    case 'f':
    case 'F':
      return toFixed(value, precision ?? 6)
    case 'e':
    case 'E':
      return withCase(exponential(value, precision ?? 6), verb)
    default:
      return withCase(general(value, precision), verb)
  }
}

function withCase(text: string, verb: string): string {
  return verb === 'E' || verb === 'G' ? text.toUpperCase() : text
}

/** Exact however many digits are asked for, which Number.toFixed is not beyond 10^21. */
function toFixed(value: number, digits: number): string {
  if (Math.abs(value) < 1e21)
    return value.toFixed(Math.min(digits, 100)).padEnd(digits > 100 ? digits : 0, '0')
  return BigInt(value).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '')
}

function exponential(value: number, digits: number | undefined): string {
  const text = value.toExponential(digits === undefined ? undefined : Math.min(digits, 100))
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

/** The exponent decides between the forms; beyond the shortest digits, six of them count. */
function general(value: number, precision: number | undefined): string {
  if (value === 0) return '0'
  const digits = precision === undefined ? undefined : Math.max(precision, 1)
  const shown = value.toExponential(digits === undefined ? undefined : Math.min(digits - 1, 100))
  const [mantissa = '', power = '0'] = shown.split('e')
  const significant = mantissa.replace('-', '').replace('.', '').replace(/0+$/, '').length
  const exponent = Number(power)
  const limit = digits ?? 6
  if (exponent < -4 || exponent >= limit) {
    return exponential(Number(shown), significant > 0 ? significant - 1 : 0)
  }
  return plainText(Number(shown), Math.max(0, significant - 1 - exponent))
}

function plainText(value: number, decimals: number): string {
  return toFixed(value, decimals)
}
