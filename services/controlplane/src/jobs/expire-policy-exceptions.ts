import * as audit from '../audit/audit.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'

const SYSTEM = { kind: 'service', id: 'expirer', name: 'exception expirer' } as const
const SWEEP = 100

/**
 * Says of exceptions whose time is over that it is. They count for nothing from that time on whether this has run or
 * not. Several replicas may sweep at once. Returns how many there were.
 */
export async function expirePolicyExceptions(
  { db }: Pick<Context, 'db'>,
  now: Date = new Date(),
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const due = await tx
      .selectFrom('policy_exceptions')
      .select(['id', 'organization_id', 'policy', 'state', 'expires_at'])
      .where('state', 'in', ['requested', 'approved'])
      .where('expires_at', '<=', now)
      .orderBy('expires_at')
      .limit(SWEEP)
      .forUpdate()
      .skipLocked()
      .execute()
    for (const { id, organization_id: organizationId, policy, state, expires_at } of due) {
      await tx
        .updateTable('policy_exceptions')
        .set({ state: 'expired' })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .execute()
      await audit.record(tx, {
        organizationId,
        actor: SYSTEM,
        action: 'policy_exception.expired',
        targetType: 'policy_exception',
        targetId: id,
        details: { policy, before: state, expiresAt: expires_at },
      })
    }
    return due.length
  })
}
