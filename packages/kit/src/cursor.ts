import { invalid } from './errors.ts'

/**
 * An opaque position in a sorted list: the sort key of the last row shown, as text and in the order of the
 * ORDER BY. Timestamps should be given as the database prints them: a Date would cut microseconds and skip rows.
 */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** Throws `invalid` unless it is a cursor with that many parts. The parts are user input: bind them, never concatenate. */
export function decodeCursor(cursor: string, parts: number): readonly string[] {
  const key = parse(cursor)
  const fits =
    Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string')
  if (!fits) throw invalid('the cursor is not one of this list', { reason: 'CURSOR_INVALID' })
  return key
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}
