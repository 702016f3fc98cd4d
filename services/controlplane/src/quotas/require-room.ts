import { exhausted } from '@chainloop/kit/errors'

import type { Db } from '../db/db.ts'
import * as quotas from './quota-repo.ts'
import type { Resource } from './quota.ts'

export interface Wish {
  readonly organizationId: string
  readonly resource: Resource
  /** How much more is to be used; 1 when absent. */
  readonly amount?: number
}

const WORDS = {
  stored_bytes: 'bytes that are kept',
  runs_per_day: 'runs within 24 hours',
  projects: 'projects',
  api_tokens: 'tokens',
} as const satisfies Record<Resource, string>

/** Throws `exhausted` when the organization would use more than it may. Wants the transaction that uses it. */
export async function requireRoom(
  tx: Db,
  { organizationId, resource, amount = 1 }: Wish,
): Promise<void> {
  const place = { organizationId, resource }
  const { limit } = await quotas.findLimit(tx, place)
  if (limit === undefined) return
  await quotas.lock(tx, place)
  const used = await quotas.countUsed(tx, place)
  if (used + amount <= limit) return
  throw exhausted(`the organization may have ${limit} ${WORDS[resource]}, and has ${used}`, {
    reason: 'QUOTA_EXCEEDED',
    metadata: { resource, limit: String(limit), used: String(used) },
    hint: 'whoever runs this instance can allow more',
    ...(await retryAfter(tx, place, limit)),
  })
}

/** Only what is counted by time comes back by itself. */
async function retryAfter(
  db: Db,
  { organizationId, resource }: Pick<Wish, 'organizationId' | 'resource'>,
  limit: number,
): Promise<{ retryAfterMs?: number }> {
  if (resource !== 'runs_per_day') return {}
  const at = await quotas.roomForRunAt(db, { organizationId, limit })
  return at ? { retryAfterMs: Math.max(0, at.getTime() - Date.now()) } : {}
}
