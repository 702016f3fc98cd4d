import { typeName } from '../values/compare.ts'
import { fromBigInt, isInteger, isNumber } from '../values/number.ts'
import type { RegoNumber } from '../values/number.ts'
import type { Value } from '../values/value.ts'
import { daysInMonth, fromCivil, nanosPerDay, toCivil, weekdayOf } from './calendar.ts'
import type { Civil } from './calendar.ts'
import { arrayAt, fail, mustBe, numberAt, offsetAt, stringAt, valueAt } from './operands.ts'
import { own } from './own.ts'
import { define, lenient } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'
import { formatTime, parseTime, weekdays } from './time-layout.ts'
import { instantOf, localTime, utc, zoneNamed } from './zones.ts'
import type { Zone } from './zones.ts'

const rfc3339Nano = '2006-01-02T15:04:05.999999999Z07:00'

/** Layouts that can be named instead of written. */
const namedLayouts: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: rfc3339Nano,
}

function layoutOf(text: string): string {
  return own(namedLayouts, text) ?? text
}

type Moment = { readonly nanos: bigint; readonly zone: Zone; readonly layout: string | undefined }

/** Nanoseconds, or an array of them with a zone and perhaps a layout. */
function momentAt(args: readonly Value[], index: number): Moment {
  const value = valueAt(args, index)
  if (isNumber(value)) return { nanos: nanosOf(value), zone: utc, layout: undefined }
  const expected = ['either number (ns) or [number (ns), string (tz)]']
  if (!Array.isArray(value)) throw mustBe(index + 1, expected, typeName(value))
  if (value.length < 1 || value.length > 3) throw mustBe(index + 1, expected, 'array')
  const [nanos, zone, layout] = arrayAt(args, index)
  const [zoneText, layoutText] = [textAt(zone, index), textAt(layout, index)]
  return {
    nanos: nanosOf(numberAt([nanos ?? null], 0)),
    zone: zoneNamed(zoneText),
    layout: layoutText === '' ? undefined : layoutOf(layoutText),
  }
}

/** Empty: the default. */
function textAt(part: Value | undefined, index: number): string {
  if (part === undefined || typeof part === 'string') return part ?? ''
  throw mustBe(index + 1, ['string'], typeName(part))
}

function nanosOf(value: RegoNumber): bigint {
  if (!isInteger(value)) throw fail('timestamp too big')
  const nanos = BigInt(value)
  if (BigInt.asIntN(64, nanos) !== nanos) throw fail('timestamp too big')
  return nanos
}

function checkParsed(nanos: bigint): Value {
  if (BigInt.asIntN(64, nanos) !== nanos) throw fail('time outside of valid range')
  return fromBigInt(nanos)
}

function civilAt(args: readonly Value[], index: number): Civil {
  const { nanos, zone } = momentAt(args, index)
  return toCivil(localTime(nanos, zone))
}

const addDate: BuiltinFunction = (args) => {
  const { nanos, zone } = momentAt(args, 0)
  const civil = toCivil(localTime(nanos, zone))
  const [years, months, days] = [offsetAt(args, 1), offsetAt(args, 2), offsetAt(args, 3)]
  const moved = {
    ...civil,
    year: civil.year + years,
    month: civil.month + months,
    day: civil.day + days,
  }
  return checkParsed(instantOf(fromCivil(moved), zone))
}

/** Whole years, months, days, hours, minutes and seconds between two moments. */
const difference: BuiltinFunction = (args) => {
  const [a, b] = [momentAt(args, 0), momentAt(args, 1)]
  const [from, to] = a.nanos <= b.nanos ? [a, b] : [b, a]
  const zone = a.zone
  const x = toCivil(localTime(from.nanos, zone))
  const y = toCivil(localTime(to.nanos, zone))
  const parts = [
    y.second - x.second,
    y.minute - x.minute,
    y.hour - x.hour,
    y.day - x.day,
    y.month - x.month,
    y.year - x.year,
  ]
  const sizes = [60, 60, 24, daysInMonth(x.year, x.month), 12]
  for (const [index, size] of sizes.entries()) {
    if ((parts[index] ?? 0) >= 0) continue
    parts[index] = (parts[index] ?? 0) + size
    parts[index + 1] = (parts[index + 1] ?? 0) - 1
  }
  return parts.toReversed()
}

const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n, us: 1000n, µs: 1000n, μs: 1000n, ms: 1_000_000n,
  s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n,
  d: nanosPerDay, w: 7n * nanosPerDay, y: 365n * nanosPerDay,
} // prettier-ignore

/** Go's durations (`1h15m`), and days, weeks and years besides. */
const duration: BuiltinFunction = (args) => {
  const text = stringAt(args, 0)
  const [, sign, body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  const total = body === '0' ? 0n : sumUnits(body)
  if (total === undefined || BigInt.asIntN(64, total) !== total) {
    throw fail(`time: invalid duration ${JSON.stringify(text)}`)
  }
  return fromBigInt(sign === '-' ? -total : total)
}

const durationPart = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|[smhdwy])/g

function sumUnits(text: string): bigint | undefined {
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|[smhdwy]))+$/.test(text)) return undefined
  return Array.from(text.matchAll(durationPart)).reduce(
    (total, [, whole = '', fraction = '', unit = '']) => {
      const scale = 10n ** BigInt(fraction.length)
      return total + (BigInt(whole + fraction) * (unitNanos[unit] ?? 0n)) / scale
    },
    0n,
  )
}

const format: BuiltinFunction = (args) => {
  const { nanos, zone, layout } = momentAt(args, 0)
  return formatTime(nanos, zone, layout ?? rfc3339Nano)
}

const moment = 'number|array'

export const time: readonly Builtin[] = [
  define('time.now_ns() -> number', 'The time of the evaluation.', (_, { run }) =>
    fromBigInt(run.nowNanoseconds),
  ),
  define(
    'time.parse_ns(string, string) -> number',
    'The time that a text shows in a layout of Go.',
    (args) => checkParsed(parseTime(layoutOf(stringAt(args, 0)), stringAt(args, 1))),
  ),
  define(
    'time.parse_rfc3339_ns(string) -> number',
    'The time that a text shows as of RFC 3339.',
    (args) => checkParsed(parseTime('2006-01-02T15:04:05Z07:00', stringAt(args, 0))),
  ),
  define(
    'time.parse_duration_ns(string) -> number',
    'The length of a duration such as `1h15m`.',
    duration,
  ),
  lenient(
    define(`time.date(${moment}) -> array<number>`, 'Year, month and day.', (args) => {
      const { year, month, day } = civilAt(args, 0)
      return [year, month, day]
    }),
  ),
  lenient(
    define(`time.clock(${moment}) -> array<number>`, 'Hour, minute and second.', (args) => {
      const { hour, minute, second } = civilAt(args, 0)
      return [hour, minute, second]
    }),
  ),
  lenient(
    define(`time.weekday(${moment}) -> string`, 'The English name of the day.', (args) => {
      const { nanos, zone } = momentAt(args, 0)
      return weekdays[weekdayOf(localTime(nanos, zone))] ?? ''
    }),
  ),
  lenient(
    define(
      'time.add_date(number, number, number, number) -> number',
      'So many years, months and days later.',
      addDate,
    ),
  ),
  lenient(
    define(
      `time.diff(${moment}, ${moment}) -> array<number>`,
      'Years, months, days, hours, minutes, seconds between.',
      difference,
    ),
  ),
  lenient(
    define(
      `time.format(${moment}) -> string`,
      'The text of a time, by default as of RFC 3339.',
      format,
    ),
  ),
]
