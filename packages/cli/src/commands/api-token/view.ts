import type { ApiToken } from '@chainloop/sdk/model/api-token'

import { record, type RecordBlock } from '../../core/view.ts'

export function tokenRecord(token: ApiToken): RecordBlock {
  return record([
    ['name', token.name],
    ['description', token.description],
    ['role', token.role],
    ['rights', token.rights.join(', ')],
    ['project', token.project],
    ['workflow', token.workflow],
    ['expires', token.expiresAt ?? 'never'],
    ['created', token.createdAt],
    ['id', token.id],
  ])
}
