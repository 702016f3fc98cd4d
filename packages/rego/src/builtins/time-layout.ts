import {
  ordinalDay,
  daysInMonth,
  daysOf,
  fromCivil,
  nanosPerSecond,
  toCivil,
  weekdayOf,
} from './calendar.ts'
import type { Civil } from './calendar.ts'
import { fail } from './operands.ts'
import { localTime } from './zones.ts'
import type { Zone } from './zones.ts'

/** Go's layouts show how the reference time, Mon Jan 2 15:04:05 MST 2006, would be written. */
const element = /January|Jan|Monday|Mon|MST|2006|Z07:00:00|Z070000|Z07:00|Z0700|Z07|-07:00:00|-070000|-07:00|-0700|-07|[.,]0+(?!\d)|[.,]9+(?!\d)|002|01|02|03|04|05|06|15|PM|pm|__2|_2|[1-5]/g // prettier-ignore

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] // prettier-ignore
export const weekdays: readonly string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] // prettier-ignore

const pad = (value: number, width = 2, fill = '0'): string => String(value).padStart(width, fill)

type Shown = {
  readonly civil: Civil
  readonly weekday: number
  readonly offset: number
  readonly zone: string
}

const writers: Readonly<Record<string, (time: Shown) => string>> = {
  January: ({ civil }) => months[civil.month - 1] ?? '',
  Jan: ({ civil }) => (months[civil.month - 1] ?? '').slice(0, 3),
  '1': ({ civil }) => String(civil.month),
  '01': ({ civil }) => pad(civil.month),
  Monday: ({ weekday }) => weekdays[weekday] ?? '',
  Mon: ({ weekday }) => (weekdays[weekday] ?? '').slice(0, 3),
  '2': ({ civil }) => String(civil.day),
  _2: ({ civil }) => pad(civil.day, 2, ' '),
  '02': ({ civil }) => pad(civil.day),
  '002': ({ civil }) => pad(ordinalDay(civil), 3),
  __2: ({ civil }) => pad(ordinalDay(civil), 3, ' '),
  '15': ({ civil }) => pad(civil.hour),
  '3': ({ civil }) => String(civil.hour % 12 || 12),
  '03': ({ civil }) => pad(civil.hour % 12 || 12),
  '4': ({ civil }) => String(civil.minute),
  '04': ({ civil }) => pad(civil.minute),
  '5': ({ civil }) => String(civil.second),
  '05': ({ civil }) => pad(civil.second),
  '2006': ({ civil }) => (civil.year < 0 ? `-${pad(-civil.year, 4)}` : pad(civil.year, 4)),
  '06': ({ civil }) => pad(((civil.year % 100) + 100) % 100),
  PM: ({ civil }) => (civil.hour >= 12 ? 'PM' : 'AM'),
  pm: ({ civil }) => (civil.hour >= 12 ? 'pm' : 'am'),
  MST: ({ zone, offset }) => zone || offsetText(offset, '-0700'),
}

export function formatTime(nanos: bigint, zone: Zone, layout: string): string {
  const local = localTime(nanos, zone)
  const time = {
    civil: toCivil(local),
    weekday: weekdayOf(local),
    offset: zone.offsetAt(nanos),
    zone: zone.abbreviationAt(nanos),
  }
  return layout.replace(element, (found) => {
    const write = writers[found]
    if (write) return write(time)
    if (/^[.,]/.test(found)) return fractionText(time.civil.nano, found)
    return offsetText(time.offset, found)
  })
}

function fractionText(nano: number, form: string): string {
  const shown = pad(nano, 9).slice(0, form.length - 1)
  if (form[1] === '0') return `${form[0]}${shown}`
  const trimmed = shown.replace(/0+$/, '')
  return trimmed ? `${form[0]}${trimmed}` : ''
}

function offsetText(offset: number, form: string): string {
  if (form.startsWith('Z') && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const parts = [pad(Math.floor(size / 3600)), pad(Math.floor(size / 60) % 60), pad(size % 60)]
  const count = form.replace(/[^\d]/g, '').length / 2
  return (offset < 0 ? '-' : '+') + parts.slice(0, count).join(form.includes(':') ? ':' : '')
}

type Fields = { -readonly [K in keyof Civil]?: number } & {
  offset?: number
  pm?: boolean
  yearDay?: number
}
type Reader = { readonly pattern: RegExp; readonly read: (text: string, fields: Fields) => void }

function digits(pattern: RegExp, name: keyof Civil): Reader {
  return { pattern, read: (text, fields) => (fields[name] = Number(text.trim())) }
}

function monthReader(length: number | undefined): Reader {
  return {
    pattern: /[A-Za-z]+/y,
    read: (text, fields) => {
      const index = months.findIndex(
        (name) => name.slice(0, length).toLowerCase() === text.toLowerCase(),
      )
      if (index < 0) throw fail('parsing time: month out of range')
      fields.month = index + 1
    },
  }
}

const name: Reader = { pattern: /[A-Za-z]+/y, read: () => undefined }
const halfDay: Reader = {
  pattern: /[AaPp][Mm]/y,
  read: (text, fields) => (fields.pm = /^p/i.test(text)),
}

const readers: Readonly<Record<string, Reader>> = {
  January: monthReader(undefined), Jan: monthReader(3), Monday: name, Mon: name,
  '1': digits(/\d{1,2}/y, 'month'), '01': digits(/\d{2}/y, 'month'),
  '2': digits(/ ?\d{1,2}/y, 'day'), _2: digits(/ ?\d{1,2}/y, 'day'), '02': digits(/\d{2}/y, 'day'),
  '15': digits(/\d{2}/y, 'hour'), '3': digits(/\d{1,2}/y, 'hour'), '03': digits(/\d{2}/y, 'hour'),
  '4': digits(/\d{1,2}/y, 'minute'), '04': digits(/\d{2}/y, 'minute'),
  '5': digits(/\d{1,2}/y, 'second'), '05': digits(/\d{2}/y, 'second'),
  '2006': digits(/\d{4}/y, 'year'), PM: halfDay, pm: halfDay,
  '06': { pattern: /\d{2}/y, read: (text, fields) => (fields.year = Number(text) + (Number(text) >= 69 ? 1900 : 2000)) },
  '002': { pattern: /\d{3}/y, read: (text, fields) => (fields.yearDay = Number(text)) },
  __2: { pattern: / {0,2}\d{1,3}/y, read: (text, fields) => (fields.yearDay = Number(text)) },
  MST: { pattern: /[A-Z]{3,4}|[+-]\d{2,4}/y, read: (_, fields) => (fields.offset ??= 0) },
} // prettier-ignore

/** @returns nanoseconds; a time without a zone is UTC. */
export function parseTime(layout: string, text: string): bigint {
  const cursor = { layout, text, at: 0 }
  const fields: Fields = {}
  let from = 0
  for (const match of layout.matchAll(element)) {
    skipLiteral(cursor, layout.slice(from, match.index))
    readElement(cursor, match[0], fields)
    from = match.index + match[0].length
  }
  skipLiteral(cursor, layout.slice(from))
  if (cursor.at < text.length)
    throw cannotParse(text, `extra text: ${JSON.stringify(text.slice(cursor.at))}`)
  return assemble(fields, text)
}

type Cursor = { readonly layout: string; readonly text: string; at: number }

function cannotMatch({ text, layout }: Cursor, why: string): Error {
  return fail(`parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: ${why}`)
}

function cannotParse(text: string, why: string): Error {
  return fail(`parsing time ${JSON.stringify(text)}: ${why}`)
}

function skipLiteral(cursor: Cursor, literal: string): void {
  if (!cursor.text.startsWith(literal, cursor.at)) {
    throw cannotMatch(
      cursor,
      `cannot parse ${JSON.stringify(cursor.text.slice(cursor.at))} as ${JSON.stringify(literal)}`,
    )
  }
  cursor.at += literal.length
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)?.[0]
  cursor.at += found?.length ?? 0
  return found
}

function readElement(cursor: Cursor, form: string, fields: Fields): void {
  if (/^[.,]/.test(form)) return readFraction(cursor, form, fields)
  const reader = readers[form] ?? offsetReader(form)
  const found = take(cursor, reader.pattern)
  if (found === undefined) {
    throw cannotMatch(
      cursor,
      `cannot parse ${JSON.stringify(cursor.text.slice(cursor.at))} as ${JSON.stringify(form)}`,
    )
  }
  reader.read(found, fields)
  // Seconds may carry a fraction that the layout does not mention.
  if (form === '05' || form === '5') readFraction(cursor, '.9', fields)
}

function readFraction(cursor: Cursor, form: string, fields: Fields): void {
  const found = take(
    cursor,
    form[1] === '0' ? new RegExp(`[.,]\\d{${form.length - 1}}`, 'y') : /[.,]\d+/y,
  )
  if (found) fields.nano = Number(found.slice(1, 10).padEnd(9, '0'))
  else if (form[1] === '0' && fields.nano === undefined)
    throw cannotParse(cursor.text, 'cannot parse fraction')
}

function offsetReader(form: string): Reader {
  const sign = '[+-]\\d{2}'
  const rest = form.includes(':') ? ':\\d{2}' : '\\d{2}'
  const count = form.replace(/[^\d]/g, '').length / 2 - 1
  return {
    pattern: new RegExp(`${form.startsWith('Z') ? 'Z|' : ''}${sign}(?:${rest}){${count}}`, 'y'),
    read: (text, fields) => {
      const [hours = 0, minutes = 0, seconds = 0] = (text.match(/\d{2}/g) ?? []).map(Number)
      fields.offset = (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
    },
  }
}

function assemble(fields: Fields, text: string): bigint {
  const { year = 0, yearDay } = fields
  const date =
    yearDay === undefined
      ? fields
      : toCivil(BigInt(daysOf(year, 1, yearDay)) * 86_400n * nanosPerSecond)
  const civil = {
    year,
    month: date.month ?? 1,
    day: date.day ?? 1,
    hour: hourOf(fields),
    minute: fields.minute ?? 0,
    second: fields.second ?? 0,
    nano: fields.nano ?? 0,
  }
  checkRanges(civil, text)
  return fromCivil(civil) - BigInt(fields.offset ?? 0) * nanosPerSecond
}

function hourOf({ hour = 0, pm }: Fields): number {
  if (pm === undefined) return hour
  return (hour % 12) + (pm ? 12 : 0)
}

function checkRanges({ year, month, day, hour, minute, second }: Civil, text: string): void {
  if (month < 1 || month > 12) throw cannotParse(text, 'month out of range')
  if (day < 1 || day > daysInMonth(year, month)) throw cannotParse(text, 'day out of range')
  if (hour > 23) throw cannotParse(text, 'hour out of range')
  if (minute > 59) throw cannotParse(text, 'minute out of range')
  if (second > 59) throw cannotParse(text, 'second out of range')
}
