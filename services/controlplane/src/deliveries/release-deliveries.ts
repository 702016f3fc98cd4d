import { sql } from 'kysely'

import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as holds from './held-repo.ts'
import * as jobs from './job-repo.ts'
import { toLane } from './lane-repo.ts'
import * as lanes from './lane-repo.ts'
import { type Lane, readyWindow } from './lane.ts'

/** For how long nobody else is let through; longer than a worker may take for an attempt. */
const probeMs = 90_000

/** Lets go of what is held when its reason is over: part by part, so that no target's backlog is in another's way. */
export async function releaseDeliveries({
  db,
  queue,
}: Pick<Context, 'db' | 'queue'>): Promise<void> {
  await inTransaction(db, async (tx) => {
    await markBacklogs(tx)
    let woken = false
    for (const lane of await holdingLanes(tx)) {
      const ids = await release(tx, lane)
      await jobs.setHeld(tx, queue, { ids, held: false })
      woken ||= ids.length > 0
    }
    if (woken) await jobs.wakeWorkers(tx)
  })
}

/** Lanes that something may be held for; those that another replica is looking at are left out. */
async function holdingLanes(tx: Db): Promise<Lane[]> {
  const rows = await tx
    .selectFrom('delivery_lanes')
    .where('paused_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('open_until', '<=', new Date()),
        eb('backlogged', '=', true),
        eb.and([
          eb('open_until', 'is', null),
          // Said like this, it is the condition of the index.
          sql<boolean>`exists (
            select 1 from deliveries d
            where d.organization_id = delivery_lanes.organization_id
              and d.integration_id = delivery_lanes.integration_id
              and d.state = 'pending' and d.held in ('paused', 'broken', 'backlog', 'rate'))`,
        ]),
      ]),
    )
    .selectAll()
    .orderBy('integration_id')
    .forUpdate()
    .skipLocked()
    .execute()
  return rows.map(toLane)
}

async function release(tx: Db, lane: Lane): Promise<string[]> {
  const now = new Date()
  if (lane.circuit.openUntil) return probe(tx, lane, now)
  const { held, ready } = await holds.count(tx, lane, readyWindow)
  const room = Math.max(0, Math.min(readyWindow - ready, allowance(lane, now)))
  const ids = room > 0 && held > 0 ? await holds.letGo(tx, lane, room) : []
  const releasedAt = spent(lane, { now, count: ids.length })
  await lanes.save(tx, { ...lane, releasedAt, backlogged: lane.backlogged && held > ids.length })
  return ids
}

/** Lets one through to see whether the target is back. */
async function probe(tx: Db, lane: Lane, now: Date): Promise<string[]> {
  const ids = await holds.letGo(tx, lane, 1)
  const { circuit } = lane
  const next =
    ids.length > 0
      ? { ...circuit, probing: true, openUntil: new Date(now.getTime() + probeMs) }
      : // Nothing is waiting: the next one that comes is the probe.
        { ...circuit, probing: false, openUntil: undefined }
  await lanes.save(tx, { ...lane, circuit: next })
  return ids
}

/** How many the rate allows since the last time; a pause saves up for a second, no longer. */
function allowance({ maxPerSecond, releasedAt }: Lane, now: Date): number {
  if (maxPerSecond === undefined) return readyWindow
  const seconds = (now.getTime() - releasedAt.getTime()) / 1000
  return Math.floor(Math.min(seconds, Math.max(1, 1 / maxPerSecond)) * maxPerSecond + 1e-9)
}

/** What was not used of the time is kept. */
function spent(
  { maxPerSecond, releasedAt }: Lane,
  { now, count }: { now: Date; count: number },
): Date {
  if (maxPerSecond === undefined || count === 0) return releasedAt
  const oldest = now.getTime() - Math.max(1000, 1000 / maxPerSecond)
  return new Date(Math.max(oldest, releasedAt.getTime()) + (count / maxPerSecond) * 1000)
}

/** From now on what comes for them waits in the second row. */
async function markBacklogs(tx: Db): Promise<void> {
  await sql`
    update delivery_lanes set backlogged = true
    where integration_id in (
      select l.integration_id from delivery_lanes l
      where not l.backlogged and ${readyWindow} <= (
        select count(*) from (
          select 1 from deliveries d
          where d.organization_id = l.organization_id and d.integration_id = l.integration_id
            and d.state = 'pending' and d.held = ''
          limit ${readyWindow}) as ready)
      for update skip locked)`.execute(tx)
}
