import type { JsonValue } from './json-value.ts'

export interface JsonLimits {
  /** How deep arrays and objects may nest. */
  readonly maxDepth: number
}

/** Not one JSON document, or one that two readers could understand differently. */
export class InvalidJson extends Error {
  override readonly name = 'InvalidJson'
  /** What is wrong, without the place. */
  readonly problem: string
  readonly line: number
  readonly column: number

  constructor(problem: string, place: TextPlace) {
    super(`line ${place.line}, column ${place.column}: ${problem}`)
    this.problem = problem
    this.line = place.line
    this.column = place.column
  }
}

/** Both count from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

const DEFAULT_LIMITS: JsonLimits = { maxDepth: 256 }

/**
 * RFC 8259, and stricter than `JSON.parse` where that hides an attack: refuses duplicate keys (of which another
 * reader may take the other one), `__proto__`, nesting beyond the limit and bytes that are not UTF-8.
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = DEFAULT_LIMITS): JsonValue {
  return parseJsonText(decodeUtf8(bytes), limits)
}

export function parseJsonText(text: string, limits: JsonLimits = DEFAULT_LIMITS): JsonValue {
  const reader: Reader = { text, at: 0, depth: 0, maxDepth: limits.maxDepth }
  const value = readValue(reader)
  skipSpace(reader)
  if (reader.at < text.length) fail(reader, `unexpected ${shown(reader)} after the document`)
  return value
}

/** Without the byte order mark. Throws `InvalidJson` at the first byte that is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const lenient = new TextDecoder('utf-8').decode(bytes)
    const at = Math.max(lenient.indexOf('\ufffd'), 0)
    throw new InvalidJson('invalid UTF-8', placeOf(lenient, at))
  }
}

interface Reader {
  readonly text: string
  readonly maxDepth: number
  at: number
  depth: number
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const PLAIN = /[ !#-[\]-\uffff]{1,65536}/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const

function readValue(reader: Reader): JsonValue {
  skipSpace(reader)
  const first = reader.text[reader.at]
  if (first === '{') return nested(reader, readObject)
  if (first === '[') return nested(reader, readArray)
  return first === '"' ? readString(reader) : readScalar(reader)
}

function nested<T>(reader: Reader, read: (reader: Reader) => T): T {
  if (reader.depth === reader.maxDepth) fail(reader, `nested deeper than ${reader.maxDepth} levels`)
  reader.depth += 1
  reader.at += 1
  const value = read(reader)
  reader.depth -= 1
  return value
}

function readObject(reader: Reader): Record<string, JsonValue> {
  const object: Record<string, JsonValue> = {}
  if (closes(reader, '}')) return object
  do {
    skipSpace(reader)
    const start = reader.at
    if (reader.text[start] !== '"') fail(reader, `expected a key, found ${shown(reader)}`)
    const key = readString(reader)
    if (key === '__proto__') fail(reader, 'the key "__proto__" is refused', start)
    if (Object.hasOwn(object, key)) fail(reader, `duplicate key ${JSON.stringify(key)}`, start)
    expect(reader, ':')
    object[key] = readValue(reader)
  } while (continues(reader, '}'))
  return object
}

function readArray(reader: Reader): JsonValue[] {
  const array: JsonValue[] = []
  if (closes(reader, ']')) return array
  do array.push(readValue(reader))
  while (continues(reader, ']'))
  return array
}

function readString(reader: Reader): string {
  const start = reader.at
  reader.at += 1
  let escaped = false
  for (;;) {
    while (matches(reader, PLAIN));
    if (reader.text[reader.at] === '"') break
    if (reader.text[reader.at] !== '\\') fail(reader, unterminated(reader))
    if (!matches(reader, ESCAPE)) fail(reader, 'invalid escape in a string')
    escaped = true
  }
  reader.at += 1
  const literal = reader.text.slice(start, reader.at)
  const parsed: unknown = escaped ? JSON.parse(literal) : literal.slice(1, -1)
  return String(parsed)
}

function unterminated(reader: Reader): string {
  return reader.at < reader.text.length
    ? 'control character in a string'
    : 'the document ends inside a string'
}

function readScalar(reader: Reader): JsonValue {
  for (const [literal, value] of LITERALS) {
    if (reader.text.startsWith(literal, reader.at)) {
      reader.at += literal.length
      return value
    }
  }
  const start = reader.at
  if (!matches(reader, NUMBER)) fail(reader, `expected a value, found ${shown(reader)}`)
  return Number(reader.text.slice(start, reader.at))
}

/** Matches at the reader's place and moves behind it. */
function matches(reader: Reader, pattern: RegExp): boolean {
  pattern.lastIndex = reader.at
  const found = pattern.test(reader.text)
  if (found) reader.at = pattern.lastIndex
  return found
}

function skipSpace(reader: Reader): void {
  while (isSpace(reader.text.charCodeAt(reader.at))) reader.at += 1
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function expect(reader: Reader, character: string): void {
  skipSpace(reader)
  if (reader.text[reader.at] !== character) {
    fail(reader, `expected ${JSON.stringify(character)}, found ${shown(reader)}`)
  }
  reader.at += 1
}

function closes(reader: Reader, end: string): boolean {
  skipSpace(reader)
  if (reader.text[reader.at] !== end) return false
  reader.at += 1
  return true
}

function continues(reader: Reader, end: string): boolean {
  if (closes(reader, end)) return false
  expect(reader, ',')
  return true
}

function shown(reader: Reader): string {
  const character = reader.text[reader.at]
  return character === undefined ? 'the end of the document' : JSON.stringify(character)
}

function fail(reader: Reader, message: string, at = reader.at): never {
  throw new InvalidJson(message, placeOf(reader.text, at))
}

/** Where the character at an offset of the text is. */
export function placeOf(text: string, at: number): TextPlace {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  return { line, column: at - before.lastIndexOf('\n') }
}
