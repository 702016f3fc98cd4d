import * as audit from '../audit/audit.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as runs from '../runs/run-repo.ts'
import { logRunEvent } from '../transparency/log-run-event.ts'

const SYSTEM = { kind: 'service', id: 'expirer', name: 'run expirer' } as const
const SWEEP = 100

/**
 * Closes runs that nobody has worked on for the configured time. Several replicas may sweep at once: each takes what
 * the others have not locked. Returns how many were closed.
 */
export async function expireRuns(
  { db, config }: Pick<Context, 'db'> & { readonly config: Pick<Context['config'], 'runExpiry'> },
  now: Date = new Date(),
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const due = await tx
      .selectFrom('runs')
      .select(['id', 'organization_id'])
      .where('state', '=', 'initialized')
      .where('last_activity_at', '<', new Date(+now - config.runExpiry))
      .orderBy('last_activity_at')
      .limit(SWEEP)
      .forUpdate()
      .skipLocked()
      .execute()
    for (const { id, organization_id: organizationId } of due) {
      await runs.close(tx, { organizationId, id }, { state: 'expired' })
      await logRunEvent(tx, { organizationId, id }, 'expired')
      await audit.record(tx, {
        organizationId,
        actor: SYSTEM,
        action: 'run.expired',
        targetType: 'run',
        targetId: id,
      })
    }
    return due.length
  })
}
