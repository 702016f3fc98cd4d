import { invalid } from '@chainloop/kit/errors'

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
