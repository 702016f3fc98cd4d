import { decodeCursor, encodeCursor } from '@chainloop/kit/cursor'
import { invalid } from '@chainloop/kit/errors'
import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** A place in a list that is ordered by time and id. */
export interface Position {
  readonly createdAt: Date
  readonly id: string
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Undefined for the start of the list. Throws `invalid` for what no list gave out. */
export function readPosition(cursor: string): Position | undefined {
  if (cursor === '') return undefined
  const [createdAt = '', id = ''] = decodeCursor(cursor, 2)
  const time = new Date(createdAt)
  if (Number.isNaN(time.getTime()) || !UUID.test(id)) {
    throw invalid('the cursor is not one of this list', { reason: 'CURSOR_INVALID' })
  }
  return { createdAt: time, id }
}

/** Columns are `timestamptz(3)`: a Date holds them whole. */
export function writePosition({ createdAt, id }: Position): string {
  return encodeCursor([createdAt.toISOString(), id])
}

/** Rows of a table behind a position, in the order of their times; all of them without one. */
export function isBehind(
  table: string,
  position: Position | undefined,
  order: 'oldest first' | 'newest first',
): RawBuilder<SqlBool> {
  if (position === undefined) return sql`true`
  const columns = sql`(${sql.ref(`${table}.created_at`)}, ${sql.ref(`${table}.id`)})`
  const place = sql`(${position.createdAt}::timestamptz, ${position.id}::uuid)`
  return order === 'oldest first' ? sql`${columns} > ${place}` : sql`${columns} < ${place}`
}
