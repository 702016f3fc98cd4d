import type { MessageInitShape } from '@bufbuild/protobuf'
import type { OffsetPaginationResponseSchema } from '@chainloop/proto/controlplane/v1/pagination'

import type { OffsetPage } from '../pages.ts'

export function offsetPageMessage(
  { number, size }: OffsetPage,
  totalCount: number,
): MessageInitShape<typeof OffsetPaginationResponseSchema> {
  return { page: number, pageSize: size, totalCount, totalPages: Math.ceil(totalCount / size) }
}
