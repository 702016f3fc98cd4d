import type { APITokenItem } from '@chainloop/proto/controlplane/v1/response_messages'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

export const apiTokenRole = enumNames({ attester: 1, viewer: 2, operator: 3 })
export const apiTokenScope = enumNames({ project: 1, global: 2 })
export const apiTokenStatus = enumNames({ active: 0, revoked: 1, all: 2 })

export interface ApiToken {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly role: string
  readonly rights: readonly string[]
  /** Empty: the whole organization. */
  readonly project: string
  /** Empty: every one of the project. */
  readonly workflow: string
  readonly createdAt: Date | undefined
  readonly expiresAt: Date | undefined
  readonly revokedAt: Date | undefined
  readonly lastUsedAt: Date | undefined
}

export function toApiToken(item: APITokenItem | undefined): ApiToken {
  const one = answered(item, 'a token')
  return {
    id: one.id,
    name: one.name,
    description: one.description,
    role: apiTokenRole.nameOf(one.role),
    rights: one.rights,
    project: one.scopedEntity?.name ?? '',
    workflow: one.workflowName,
    createdAt: toDate(one.createdAt),
    expiresAt: toDate(one.expiresAt),
    revokedAt: toDate(one.revokedAt),
    lastUsedAt: toDate(one.lastUsedAt),
  }
}
