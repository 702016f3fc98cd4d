import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { Hold } from './delivery.ts'

/** Deliveries of one registration. */
export interface OfLane {
  readonly organizationId: string
  readonly integrationId: string
}

/** Those in the workers' reach are held back; job ids. Whoever is working on one right now decides about it. */
export async function holdReady(db: Db, of: OfLane, held: Exclude<Hold, ''>): Promise<string[]> {
  const { rows } = await sql<{ job_id: string }>`
    update deliveries set held = ${held}
    where organization_id = ${of.organizationId} and id in (
      select id from deliveries
      where organization_id = ${of.organizationId} and integration_id = ${of.integrationId}
        and state = 'pending' and held = ''
      for update skip locked)
    returning job_id`.execute(db)
  return rows.map(({ job_id: id }) => id)
}

/** The oldest that are due, except those that another one is before; job ids. */
export async function letGo(db: Db, of: OfLane, limit: number): Promise<string[]> {
  const { rows } = await sql<{ job_id: string }>`
    update deliveries set held = ''
    where organization_id = ${of.organizationId} and id = any(array(
      select id from deliveries
      where organization_id = ${of.organizationId} and integration_id = ${of.integrationId}
        and state = 'pending' and held in ('paused', 'broken', 'backlog', 'rate')
        and (next_attempt_at is null or next_attempt_at <= now())
      order by sequence limit ${limit}
      for update skip locked))
    returning job_id`.execute(db)
  return rows.map(({ job_id: id }) => id)
}

/** How many are held for a reason of the lane, and how many are in the workers' reach; counted up to a limit. */
export async function count(
  db: Db,
  of: OfLane,
  limit: number,
): Promise<{ readonly held: number; readonly ready: number }> {
  const counted = (
    condition: ReturnType<typeof sql>,
  ): ReturnType<typeof sql<number>> => sql<number>`(
    select count(*)::int from (
      select 1 from deliveries
      where organization_id = ${of.organizationId} and integration_id = ${of.integrationId}
        and state = 'pending' and ${condition} limit ${limit}) as counted)`
  const { rows } = await sql<{ held: number; ready: number }>`
    select ${counted(sql`held in ('paused', 'broken', 'backlog', 'rate')`)} as held,
      ${counted(sql`held = ''`)} as ready`.execute(db)
  return rows[0] ?? { held: 0, ready: 0 }
}

/** What is queued under an order key waits for this transaction, so that the order is the one of the commits. */
export async function lockOrder(db: Db, integrationId: string, orderKey: string): Promise<void> {
  const name = `${integrationId}/${orderKey}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db)
}

interface OfOrder extends OfLane {
  readonly orderKey: string
}

/** Whether another one of the key is on its way or before. */
export async function isBehind(db: Db, of: OfOrder): Promise<boolean> {
  const row = await db
    .selectFrom('deliveries')
    .select('id')
    .where('organization_id', '=', of.organizationId)
    .where('integration_id', '=', of.integrationId)
    .where('order_key', '=', of.orderKey)
    .where('order_key', '!=', '')
    .where('state', '=', 'pending')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The next of a key, when nothing of it is on its way. */
export async function nextInOrder(
  db: Db,
  of: OfOrder,
): Promise<{ readonly id: string; readonly jobId: string } | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select(['id', 'job_id', 'held'])
    .where('organization_id', '=', of.organizationId)
    .where('integration_id', '=', of.integrationId)
    .where('order_key', '=', of.orderKey)
    .where('order_key', '!=', '')
    .where('state', '=', 'pending')
    .orderBy(sql`held = 'order'`)
    .orderBy('sequence')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
  return row?.held === 'order' ? { id: row.id, jobId: row.job_id } : undefined
}
