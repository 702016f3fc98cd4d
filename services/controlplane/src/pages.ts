import { invalid } from '@chainloop/kit/errors'

import { type Position, readPosition, writePosition } from './db/position.ts'

/** Page `number` of pages of `size`; both from 1. */
export interface OffsetPage {
  readonly number: number
  readonly size: number
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly totalCount: number
}

const MAX_SIZE = 100
const MAX_ROWS_SKIPPED = 1_000_000

/** What old clients leave out is the first page of 100. */
export function offsetPage(asked: { page: number; pageSize: number } | undefined): OffsetPage {
  const page = { number: asked?.page || 1, size: asked?.pageSize || MAX_SIZE }
  const isSensible =
    page.number > 0 &&
    page.size > 0 &&
    page.size <= MAX_SIZE &&
    page.number * page.size <= MAX_ROWS_SKIPPED
  if (!isSensible)
    throw invalid(`there is no page ${page.number} of ${page.size}`, { reason: 'INVALID_PAGE' })
  return page
}

/** A page of a list that goes on after a position. */
export interface CursorPage {
  /** Undefined: the first one. */
  readonly after: Position | undefined
  readonly size: number
}

export interface CursorList<T> {
  readonly items: readonly T[]
  /** Empty: there is no further page. */
  readonly nextCursor: string
}

/** What old clients leave out is the first page of 100. Throws `invalid` for a cursor that no list gave out. */
export function cursorPage(asked: { cursor: string; limit: number } | undefined): CursorPage {
  const size = Math.min(asked?.limit || MAX_SIZE, MAX_SIZE)
  return { after: readPosition(asked?.cursor ?? ''), size }
}

/** Of rows that are one more than the page has, when there is another page. */
export function cutPage<T extends Position>(
  rows: readonly T[],
  { size }: CursorPage,
): CursorList<T> {
  const items = rows.slice(0, size)
  const last = rows.length > size ? items.at(-1) : undefined
  return { items, nextCursor: last ? writePosition(last) : '' }
}

/** The same of a list that is read whole, oldest first: it is short, or has to be looked through. */
export function pageWithin<T extends Position>(all: readonly T[], page: CursorPage): CursorList<T> {
  const { after, size } = page
  const start = after === undefined ? 0 : all.findIndex((one) => isLater(one, after))
  return cutPage(start < 0 ? [] : all.slice(start, start + size + 1), page)
}

function isLater(one: Position, other: Position): boolean {
  const elapsed = one.createdAt.getTime() - other.createdAt.getTime()
  return elapsed > 0 || (elapsed === 0 && one.id > other.id)
}
