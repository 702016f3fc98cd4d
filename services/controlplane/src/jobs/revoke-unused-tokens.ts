import { sql } from 'kysely'

import * as apiTokens from '../api-tokens/api-token-repo.ts'
import * as audit from '../audit/audit.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'

const SYSTEM = { kind: 'service', id: 'token-sweeper', name: 'unused token sweeper' } as const
const SWEEP = 100

/**
 * Revokes tokens that nobody has used for as long as their organization allows; one that was never used counts from its
 * creation. Several replicas may sweep at once: each takes what the others have not locked. Returns how many ended.
 */
export async function revokeUnusedTokens(
  { db }: Pick<Context, 'db'>,
  now: Date = new Date(),
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const unused = await tx
      .selectFrom('api_tokens as t')
      .innerJoin('organizations as o', 'o.id', 't.organization_id')
      .where('t.revoked_at', 'is', null)
      .where('o.deleted_at', 'is', null)
      .where('o.api_token_max_days_inactive', 'is not', null)
      .where(
        sql<boolean>`coalesce(t.last_used_at, t.created_at) < ${now}::timestamptz - o.api_token_max_days_inactive * interval '1 day'`,
      )
      .select(['t.id', 't.organization_id', 't.name', 'o.api_token_max_days_inactive as days'])
      .orderBy('t.id')
      .limit(SWEEP)
      .forUpdate('t')
      .skipLocked()
      .execute()
    for (const { id, organization_id: organizationId, name, days } of unused) {
      await apiTokens.revoke(tx, { organizationId, id })
      await audit.record(tx, {
        organizationId,
        actor: SYSTEM,
        action: 'api_token.revoked',
        targetType: 'api_token',
        targetId: id,
        details: { name, reason: `unused for ${days} days` },
      })
    }
    return unused.length
  })
}
