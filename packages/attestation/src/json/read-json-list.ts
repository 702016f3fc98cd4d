import type { JsonValue } from './json-value.ts'
import { InvalidJson, parseJsonText, placeOf } from './parse-json.ts'
import type { TextPlace } from './parse-json.ts'

/** In characters. */
export const MAX_ITEM_LENGTH = 16 * 1024 * 1024

/**
 * The items of a JSON array, or of JSON lines, one at a time. Each is read as strictly as a whole document; throws
 * `InvalidJson` with its place in the text.
 */
export async function* readJsonList(text: AsyncIterable<string>): AsyncGenerator<JsonValue> {
  const state: State = { pending: '', place: { line: 1, column: 1 }, items: 0, format: undefined }
  for await (const chunk of text) {
    state.pending += chunk
    state.format ??= formatOf(state)
    if (state.format) yield* state.format.take(state)
    if (state.pending.length > MAX_ITEM_LENGTH)
      fail(state, `an item of more than ${MAX_ITEM_LENGTH} characters`)
  }
  yield* (state.format ?? lines()).finish(state)
}

interface State {
  /** What is read and belongs to no item yet; `place` is where it begins. */
  pending: string
  place: TextPlace
  items: number
  format: Format | undefined
}

interface Format {
  /** The items that are complete. */
  take(state: State): Generator<JsonValue>
  /** What is left when the text has ended. */
  finish(state: State): Iterable<JsonValue>
}

function formatOf(state: State): Format | undefined {
  const start = state.pending.search(/\S/)
  if (start < 0) return undefined
  if (state.pending[start] !== '[') return lines()
  consume(state, start + 1)
  return array()
}

/** https://jsonlines.org: one value a line; empty lines are passed over. */
function lines(): Format {
  function* line(state: State, length: number): Generator<JsonValue> {
    const text = state.pending.slice(0, length)
    if (text.trim() !== '') yield readItem(state, text)
    consume(state, Math.min(length + 1, state.pending.length))
  }
  return {
    *take(state) {
      for (let end = state.pending.indexOf('\n'); end >= 0; end = state.pending.indexOf('\n')) {
        yield* line(state, end)
      }
    },
    *finish(state) {
      yield* line(state, state.pending.length)
    },
  }
}

function array(): Format {
  const scan: Scan = { at: 0, depth: 0, inString: false }
  let closed = false
  return {
    *take(state) {
      while (!closed) {
        const end = itemEnd(scan, state.pending)
        if (end < 0) return
        closed = state.pending[end] === ']'
        const text = state.pending.slice(0, end)
        // Only a list without any item has nothing before its end.
        if (text.trim() !== '' || !closed || state.items > 0) yield readItem(state, text)
        consume(state, end + 1)
        scan.at = 0
      }
      if (/\S/.test(state.pending)) fail(state, 'something follows the list')
    },
    finish(state) {
      if (!closed) fail(state, 'the document ends inside the list')
      return []
    },
  }
}

interface Scan {
  at: number
  depth: number
  inString: boolean
}

/** The offset of the comma or bracket behind the current item; -1: it goes on. */
function itemEnd(scan: Scan, text: string): number {
  for (; scan.at < text.length; scan.at += 1) {
    const character = text[scan.at]
    if (scan.inString) {
      if (character === '\\') scan.at += 1
      else if (character === '"') scan.inString = false
    } else if (scan.depth === 0 && (character === ',' || character === ']')) {
      return scan.at
    } else {
      scan.inString = character === '"'
      scan.depth += nesting(character)
    }
  }
  return -1
}

function nesting(character: string | undefined): number {
  if (character === '{' || character === '[') return 1
  return character === '}' || character === ']' ? -1 : 0
}

function readItem(state: State, text: string): JsonValue {
  state.items += 1
  try {
    return parseJsonText(text)
  } catch (cause) {
    if (!(cause instanceof InvalidJson)) throw cause
    throw new InvalidJson(cause.problem, within(state.place, cause))
  }
}

function consume(state: State, length: number): void {
  state.place = within(state.place, placeOf(state.pending, length))
  state.pending = state.pending.slice(length)
}

/** A place in a text that begins at another place. */
export function within(outer: TextPlace, inner: TextPlace): TextPlace {
  const column = inner.line === 1 ? outer.column + inner.column - 1 : inner.column
  return { line: outer.line + inner.line - 1, column }
}

function fail(state: State, problem: string): never {
  throw new InvalidJson(problem, state.place)
}
