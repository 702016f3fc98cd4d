import type { Sharing as SharingMessage } from '@chainloop/proto/referrers/v1/sharing_service'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

export const sharingState = enumNames({ requested: 1, offered: 2, active: 3 })

/** What this organization and another one have said about finding each other's graphs. */
export interface Sharing {
  readonly organizationId: string
  /** Empty until the other one has asked as well. */
  readonly organization: string
  readonly state: string
  readonly createdAt: Date | undefined
}

export function toSharing(item: SharingMessage | undefined): Sharing {
  const one = answered(item, 'a sharing')
  return {
    organizationId: one.organizationId,
    organization: one.organizationName,
    state: sharingState.nameOf(one.state),
    createdAt: toDate(one.createdAt),
  }
}
