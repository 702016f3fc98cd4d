import type { OffsetPaginationRequest } from '@chainloop/proto/controlplane/v1/pagination'

import { type OffsetPage, offsetPage } from '../pages.ts'

export interface PageOf {
  readonly page: OffsetPage
  readonly limit: number
  readonly offset: number
}

/** What was asked for, as the database counts. */
export function pageOf(asked: OffsetPaginationRequest | undefined): PageOf {
  const page = offsetPage(asked)
  return { page, limit: page.size, offset: (page.number - 1) * page.size }
}
