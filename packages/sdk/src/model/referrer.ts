import type { ReferrerItem } from '@chainloop/proto/controlplane/v1/referrer'

import { answered } from '../connection/unexpected-answer.ts'
import { toDate } from './time.ts'

/** Something known by its digest, and what it is connected with. */
export interface Referrer {
  readonly digest: string
  readonly kind: string
  readonly downloadable: boolean
  readonly createdAt: Date | undefined
  readonly metadata: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly references: readonly Referrer[]
  /** Name of the organization that shares it; empty: the caller's own. */
  readonly organization: string
  /** It refers to more than is shown. */
  readonly hasMore: boolean
}

export function toReferrer(item: ReferrerItem | undefined): Referrer {
  const one = answered(item, 'a referrer')
  return {
    digest: one.digest,
    kind: one.kind,
    downloadable: one.downloadable,
    createdAt: toDate(one.createdAt),
    metadata: one.metadata,
    annotations: one.annotations,
    references: one.references.map(toReferrer),
    organization: one.organization,
    hasMore: one.hasMore,
  }
}
