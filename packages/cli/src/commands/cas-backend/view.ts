import type { CasBackend } from '@chainloop/sdk/model/cas-backend'

import { record, type RecordBlock } from '../../core/view.ts'
import { shownBytes } from './byte-count.ts'

export function roleOf({ default: isDefault, fallback }: CasBackend): string {
  if (isDefault) return 'default'
  return fallback ? 'fallback' : ''
}

export function limitOf({ maxBytes }: CasBackend): string {
  return maxBytes === 0 ? 'none' : shownBytes(maxBytes)
}

export function backendRecord(one: CasBackend): RecordBlock {
  return record([
    ['name', one.name],
    ['provider', one.provider],
    ['location', one.location],
    ['description', one.description || undefined],
    ['used as', roleOf(one) || undefined],
    ['limit of an artifact', limitOf(one)],
    ['status', one.problem === '' ? one.status : `${one.status}: ${one.problem}`],
    ['checked', one.validatedAt],
    ['created', one.createdAt],
  ])
}
