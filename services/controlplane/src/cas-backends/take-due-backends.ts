import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { toCasBackend } from './cas-backend-repo.ts'
import { type CasBackend, INLINE_PROVIDER } from './cas-backend.ts'

const HALF_HOUR_MS = 1_800_000
const DAY_MS = 24 * 3_600_000
const TAKEN = 10

/** Live ones of every organization whose turn it is; the next one is noted at once, so that each is taken once. */
export async function takeDueBackends(db: Db, now: Date): Promise<CasBackend[]> {
  const rows = await db
    .updateTable('cas_backends')
    .set({
      check_due_at: sql`case when is_default or is_fallback
        then ${new Date(now.getTime() + HALF_HOUR_MS)}::timestamptz
        else ${new Date(now.getTime() + DAY_MS)}::timestamptz end`,
    })
    .where((eb) =>
      eb(
        'id',
        'in',
        eb
          .selectFrom('cas_backends as due')
          .select('due.id')
          .where('due.check_due_at', '<=', now)
          .where('due.deleted_at', 'is', null)
          .where('due.provider', '<>', INLINE_PROVIDER)
          .orderBy('due.check_due_at')
          .limit(TAKEN)
          .forUpdate()
          .skipLocked(),
      ),
    )
    .returningAll()
    .execute()
  return rows.map(toCasBackend)
}
