import { randomUUID } from 'node:crypto'

import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { after, type Lease, leaseOf } from './lease.ts'

/** Takes a task of any organization that is due and that nobody holds; undefined when there is none. */
export async function takeTask(db: Db, leaseMs: number): Promise<Lease | undefined> {
  const holder = randomUUID()
  const row = await db
    .updateTable('storage_tasks')
    .set({ lease_holder: holder, due_at: after(leaseMs) })
    .where((eb) =>
      eb(
        'id',
        'in',
        eb
          .selectFrom('storage_tasks as due')
          .select('due.id')
          .where('due.state', '=', 'running')
          .where('due.due_at', '<=', sql<Date>`now()`)
          .orderBy('due.due_at')
          .limit(1)
          .forUpdate()
          .skipLocked(),
      ),
    )
    .returning(['id', 'organization_id'])
    .executeTakeFirst()
  return (
    row && leaseOf(db, { holder, leaseMs, taskId: row.id, organizationId: row.organization_id })
  )
}
