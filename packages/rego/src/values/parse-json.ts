import { RegoError } from '../errors.ts'
import { describeFault, KEY, VALUE } from './json-fault.ts'
import { fromJson } from './json.ts'
import { parseNumber } from './number.ts'
import { RegoObject } from './object.ts'
import type { Value } from './value.ts'

/** Nesting beyond this is refused rather than left to exhaust the stack. */
export const maxDepth = 20_000

/**
 * JSON text, exact in its numbers; of duplicate keys the last one counts.
 *
 * @throws RegoError `eval_type_error` with the offset when the text is not JSON.
 */
export function parseJson(text: string): Value {
  if (!mayLoseDigits(text)) {
    try {
      return fromParsed(JSON.parse(text), 0)
    } catch (error) {
      if (error instanceof RegoError) throw error
      if (error instanceof RangeError) throw tooDeep()
    }
  }
  try {
    return readDocument({ text, at: 0, depth: 0 })
  } catch (error) {
    throw error instanceof RangeError ? tooDeep() : error
  }
}

/** Objects are converted when they are looked into: most of a large document never is. */
function fromParsed(json: unknown, depth: number): Value {
  if (Array.isArray(json)) {
    if (depth > maxDepth) throw tooDeep()
    return json.map((item: unknown) => fromParsed(item, depth + 1))
  }
  if (!isRecord(json)) return fromJson(json)
  if (depth > maxDepth) throw tooDeep()
  return RegoObject.lazy(json, (member) => fromParsed(member, depth + 1))
}

function isRecord(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null
}

function readDocument(reader: Reader): Value {
  const value = readValue(reader)
  skipBlanks(reader)
  if (reader.at < reader.text.length) throw unexpected(reader, trailing(reader))
  return value
}

/** Words and numbers end where the next token begins, others need white space between. */
function trailing({ text, at }: Reader): string {
  return text[at] === '{' || /^\s*\d/.test(text) ? 'after top-level value' : VALUE
}

function tooDeep(): RegoError {
  return new RegoError('eval_cancel_error', 'JSON is nested too deeply')
}

/** Doubles keep 15 digits of any decimal. */
function mayLoseDigits(text: string): boolean {
  return /(?:^|[:[,\s])-?(?:\d{16}|\d+(?:\.\d+)?[eE]|\d+\.\d{9}|\d{7,}\.)/.test(text)
}

type Reader = { readonly text: string; at: number; depth: number }

function skipBlanks(reader: Reader): void {
  blanks.lastIndex = reader.at
  blanks.exec(reader.text)
  reader.at = blanks.lastIndex
}

const blanks = /[ \t\r\n]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const literal = /null|true|false/y
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

function readValue(reader: Reader): Value {
  skipBlanks(reader)
  const next = reader.text[reader.at]
  if (next === '{') return nested(reader, readObject)
  if (next === '[') return nested(reader, readArray)
  if (next === '"') return readString(reader)
  const word = match(reader, literal)
  if (word) return word === 'null' ? null : word === 'true'
  return readNumber(reader)
}

function nested(reader: Reader, read: (reader: Reader) => Value): Value {
  reader.depth += 1
  if (reader.depth > maxDepth) throw tooDeep()
  const value = read(reader)
  reader.depth -= 1
  return value
}

function match(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0]
  if (found) reader.at += found.length
  return found
}

function readNumber(reader: Reader): Value {
  const text = match(reader, number)
  const value = text ? parseNumber(text) : undefined
  if (value === undefined) throw unexpected(reader, VALUE)
  return value
}

function readString(reader: Reader, expected = VALUE): string {
  const text = match(reader, string)
  if (text === undefined) throw unexpected(reader, expected)
  return JSON.parse(text) as string
}

function accept(reader: Reader, char: string): boolean {
  skipBlanks(reader)
  if (reader.text[reader.at] !== char) return false
  reader.at += 1
  return true
}

function expect(reader: Reader, char: string, expected = VALUE): void {
  if (!accept(reader, char)) throw unexpected(reader, expected)
}

function readArray(reader: Reader): Value {
  expect(reader, '[')
  const items: Value[] = []
  if (accept(reader, ']')) return items
  do items.push(readValue(reader))
  while (accept(reader, ','))
  expect(reader, ']', 'after array element')
  return items
}

function readObject(reader: Reader): Value {
  expect(reader, '{')
  const entries = new Map<string, Value>()
  if (accept(reader, '}')) return RegoObject.empty
  do {
    skipBlanks(reader)
    const key = readString(reader, KEY)
    expect(reader, ':', 'after object key')
    entries.set(key, readValue(reader))
  } while (accept(reader, ','))
  expect(reader, '}', 'after object key:value pair')
  return new RegoObject(entries, new Map())
}

function unexpected({ text, at }: Reader, expected: string): RegoError {
  const what = describeFault(text, at, expected)
  return new RegoError('eval_type_error', `${what}, in JSON at offset ${at}`)
}
