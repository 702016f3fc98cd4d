import type { Quota as QuotaMessage } from '@chainloop/proto/quotas/v1/quota_service'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'

export const quotaResource = enumNames({
  'stored-bytes': 1,
  'runs-per-day': 2,
  projects: 3,
  'api-tokens': 4,
})

/** How much of something an organization may use, and uses. */
export interface Quota {
  readonly resource: string
  /** Undefined: without limit. */
  readonly limit: number | undefined
  readonly used: number
  /** What the instance gives everybody. */
  readonly isDefault: boolean
}

export function toQuota(item: QuotaMessage | undefined): Quota {
  const one = answered(item, 'a quota')
  return {
    resource: quotaResource.nameOf(one.resource),
    limit: one.limit === undefined ? undefined : Number(one.limit),
    used: Number(one.used),
    isDefault: one.isDefault,
  }
}
