import { trimZeros } from '../values/decimal.ts'
import { formatValue } from '../values/format.ts'
import { isInteger, isNumber, toDouble } from '../values/number.ts'
import type { RegoNumber } from '../values/number.ts'
import type { Value } from '../values/value.ts'
import { formatDouble } from './go-floats.ts'

/** What Go's fmt is given: integers, doubles, and everything else as text. */
type Argument = bigint | number | string

type Directive = {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
  readonly verb: string
}

const directivePattern = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:\[(\d+)\])?([\s\S])?/gu
const maxWidth = 100_000

/** Formats as Go's fmt.Sprintf does, mistakes shown in place: `%!d(string=x)`. */
export function sprintf(format: string, values: readonly Value[]): string {
  const args = values.map(toArgument)
  let [used, reordered] = [0, false]
  const text = format.replace(
    directivePattern,
    (all, flags: string, ...[width, precision, index, verb]: (string | undefined)[]) => {
      if (verb === undefined) return '%!(NOVERB)'
      if (verb === '%') return '%'
      const take = (): Argument | undefined => args[used++]
      const size = (given: string | undefined): number =>
        Number(given === '*' ? take() : (given ?? 0))
      const hasPrecision = precision !== undefined || /\./.test(all.slice(0, -verb.length))
      const w = Math.min(size(width), maxWidth)
      const p = hasPrecision ? Math.min(size(precision), maxWidth) : undefined
      if (index) [used, reordered] = [Number(index) - 1, true]
      const arg = take()
      if (arg === undefined) return `%!${verb}(MISSING)`
      return formatArgument(arg, { flags, width: w, precision: p, verb })
    },
  )
  const extra = args.slice(used)
  if (extra.length === 0 || reordered) return text
  return `${text}%!(EXTRA ${extra.map((arg) => `${goType(arg)}=${plain(arg)}`).join(', ')})`
}

function toArgument(value: Value): Argument {
  if (isNumber(value)) return numberArgument(value)
  return typeof value === 'string' ? value : formatValue(value)
}

/** Integers that no double can hold are shown as they were most likely written: 2e308. */
function numberArgument(value: RegoNumber): Argument {
  if (!isInteger(value)) return toDouble(value)
  if (Number.isFinite(Number(value))) return BigInt(value)
  const { coefficient, exponent } = trimZeros({ coefficient: BigInt(value), exponent: 0 })
  return exponent > 21 ? `${coefficient}e${exponent}` : BigInt(value)
}

function goType(arg: Argument): string {
  if (typeof arg === 'string') return 'string'
  if (typeof arg === 'number') return 'float64'
  return BigInt.asIntN(64, arg) === arg ? 'int64' : '*big.Int'
}

function plain(arg: Argument): string {
  return typeof arg === 'number'
    ? formatDouble(arg, { verb: 'v', precision: undefined, sharp: false })
    : String(arg)
}

function formatArgument(arg: Argument, directive: Directive): string {
  const formatter =
    typeof arg === 'string' ? formatText(arg, directive)
    : typeof arg === 'bigint' ? formatInteger(arg, directive)
    : formatFloat(arg, directive) // prettier-ignore
  if (formatter === undefined) return `%!${directive.verb}(${goType(arg)}=${plain(arg)})`
  return pad(formatter, directive, typeof arg !== 'string')
}

function pad(text: string, { flags, width }: Directive, numeric: boolean): string {
  const missing = width - Array.from(text).length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!flags.includes('0') || !numeric)
    return (flags.includes('0') ? '0' : ' ').repeat(missing) + text
  const [, sign = '', digits = ''] = /^([+\- ]?)(.*)$/s.exec(text) ?? []
  return sign + '0'.repeat(missing) + digits
}

function formatText(text: string, { verb, precision, flags }: Directive): string | undefined {
  const cut = precision === undefined ? text : Array.from(text).slice(0, precision).join('')
  switch (verb) {
    case 'v':
    case 's':
      return cut
    case 'q':
      return flags.includes('#') && !cut.includes('`') ? `\`${cut}\`` : quote(cut)
    case 'x':
    case 'X':
      return hexOf(cut, verb)
    default:
      return undefined
  }
}

function hexOf(text: string, verb: string): string {
  const hex = Array.from(new TextEncoder().encode(text), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  return verb === 'X' ? hex.toUpperCase() : hex
}

/** A Go string literal: like JSON, save for the escapes of control characters. */
export function quote(text: string): string {
  return JSON.stringify(text)
    .replace(/\\u000b/g, '\\v')
    .replace(/\\u0007/g, '\\a')
    .replace(/\\u00([01][0-9a-f])/g, '\\x$1')
}

const bases: Readonly<Record<string, readonly [number, string]>> = {
  v: [10, ''], d: [10, ''], b: [2, '0b'], o: [8, '0'], O: [8, '0o'], x: [16, '0x'], X: [16, '0X'],
} // prettier-ignore

function formatInteger(value: bigint, { verb, flags, precision }: Directive): string | undefined {
  const isBig = BigInt.asIntN(64, value) !== value
  const base = bases[isBig && verb === 's' ? 'd' : verb]
  if (!base) return formatCharacter(value, verb)
  const [radix, prefix] = base
  const negative = value < 0n
  let digits = (negative ? -value : value).toString(radix)
  if (verb === 'X') digits = digits.toUpperCase()
  if (precision !== undefined) digits = digits.padStart(precision, '0')
  if (flags.includes('#') || verb === 'O') digits = prefix + digits
  return signOf(negative, flags) + digits
}

function signOf(negative: boolean, flags: string): string {
  if (negative) return '-'
  if (flags.includes('+')) return '+'
  return flags.includes(' ') ? ' ' : ''
}

function formatCharacter(value: bigint, verb: string): string | undefined {
  const valid = value >= 0n && value <= 0x10ffffn
  const char = String.fromCodePoint(valid ? Number(value) : 0xfffd)
  if (verb === 'c') return char
  if (verb === 'q') return `'${char === "'" ? "\\'" : quote(char).slice(1, -1)}'`
  if (verb === 'U') return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`
  return undefined
}

function formatFloat(value: number, { verb, precision, flags }: Directive): string | undefined {
  if (!/^[vfFeEgG]$/.test(verb)) return undefined
  const negative = value < 0
  const sharp = flags.includes('#')
  return signOf(negative, flags) + formatDouble(Math.abs(value), { verb, precision, sharp })
}
