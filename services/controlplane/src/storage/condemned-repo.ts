import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { before, isKept, type Stored } from './references.ts'

/** How long a removal may take that has been begun, with all clocks and lines at their worst. */
const REMOVAL_MS = 60_000
/** Longer than anybody believes a transfer token. */
const REMEMBERED_MS = 48 * 3_600_000

/** What nothing has kept for the time of grace may be removed; how many were marked newly. */
export async function mark(
  db: Db,
  stored: Stored,
  { digests, graceMs }: { readonly digests: readonly string[]; readonly graceMs: number },
): Promise<number> {
  if (digests.length === 0) return 0
  const { organizationId, backendId } = stored
  const { numAffectedRows = 0n } = await sql`
    insert into cas_condemned_blobs (organization_id, cas_backend_id, digest, state)
    select ${organizationId}, ${backendId}, c.digest, 'marked'
    from unnest(${[...digests]}::text[]) as c (digest)
    where not ${isKept(stored, sql`c.digest`, graceMs)}
    on conflict (cas_backend_id, digest) do nothing`.execute(db)
  return Number(numAffectedRows)
}

/** Of the digests, those that nothing keeps. */
export async function unkept(
  db: Db,
  stored: Stored,
  { digests, graceMs }: { readonly digests: readonly string[]; readonly graceMs: number },
): Promise<string[]> {
  if (digests.length === 0) return []
  const { rows } = await sql<{ digest: string }>`
    select c.digest from unnest(${[...digests]}::text[]) as c (digest)
    where not ${isKept(stored, sql`c.digest`, graceMs)}`.execute(db)
  return rows.map(({ digest }) => digest)
}

/** Uploads of the backend that are older than the grace, in the order of their digests. */
export async function uploadedAfter(
  db: Db,
  { organizationId, backendId }: Stored,
  {
    cursor,
    graceMs,
    limit,
  }: { readonly cursor: string; readonly graceMs: number; readonly limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('upload_receipts')
    .select('digest')
    .distinct()
    .where('organization_id', '=', organizationId)
    .where('cas_backend_id', '=', backendId)
    .where('digest', '>', cursor)
    .where('created_at', '<=', before(graceMs))
    .orderBy('digest')
    .limit(limit)
    .execute()
  return rows.map(({ digest }) => digest)
}

/**
 * Begins to remove marked blobs whose wait is over and that nothing keeps now; what is kept is not marked any more.
 * With the backend's row locked nobody else adds or relies on an upload of it. The uploads are forgotten: nobody
 * possesses the blobs from here on. To be called in a transaction.
 */
export async function beginSweep(
  tx: Db,
  stored: Stored,
  { graceMs, limit }: { readonly graceMs: number; readonly limit: number },
): Promise<string[]> {
  await lock(tx, stored)
  const { organizationId, backendId } = stored
  const due = sql`organization_id = ${organizationId} and cas_backend_id = ${backendId}
    and state = 'marked' and marked_at <= ${before(graceMs)}`
  const kept = isKept(stored, sql.ref('cas_condemned_blobs.digest'), graceMs)
  await sql`delete from cas_condemned_blobs where ${due} and ${kept}`.execute(tx)
  const { rows } = await sql<{ digest: string }>`
    update cas_condemned_blobs set state = 'sweeping', sweeping_at = now()
    where organization_id = ${organizationId} and cas_backend_id = ${backendId} and digest in (
      select digest from cas_condemned_blobs where ${due} order by digest limit ${limit})
    returning digest`.execute(tx)
  const digests = rows.map(({ digest }) => digest)
  if (digests.length === 0) return []
  await tx
    .deleteFrom('upload_receipts')
    .where('organization_id', '=', organizationId)
    .where('cas_backend_id', '=', backendId)
    .where('digest', 'in', digests)
    .execute()
  await nextEpoch(tx, stored)
  return digests
}

/** How many marked blobs a sweep would remove now. */
export async function countDue(db: Db, stored: Stored, graceMs: number): Promise<number> {
  const { organizationId, backendId } = stored
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from cas_condemned_blobs
    where organization_id = ${organizationId} and cas_backend_id = ${backendId}
      and state = 'marked' and marked_at <= ${before(graceMs)}
      and not ${isKept(stored, sql.ref('cas_condemned_blobs.digest'), graceMs)}`.execute(db)
  return rows[0]?.count ?? 0
}

export interface Interrupted {
  /** To be removed again; nobody else can be at it any more. */
  readonly digests: readonly string[]
  /** How many others somebody may still be at. */
  readonly others: number
}

/** Takes what was begun by somebody who did not come to the end. To be called in a transaction. */
export async function resumeSweep(tx: Db, stored: Stored, limit: number): Promise<Interrupted> {
  await lock(tx, stored)
  const { organizationId, backendId } = stored
  const sweeping = sql`organization_id = ${organizationId} and cas_backend_id = ${backendId}
    and state = 'sweeping'`
  const { rows } = await sql<{ digest: string }>`
    update cas_condemned_blobs set sweeping_at = now()
    where organization_id = ${organizationId} and cas_backend_id = ${backendId} and digest in (
      select digest from cas_condemned_blobs
      where ${sweeping} and sweeping_at < ${before(REMOVAL_MS)} order by digest limit ${limit})
    returning digest`.execute(tx)
  const digests = rows.map(({ digest }) => digest)
  const all = await sql<{ count: number }>`
    select count(*) as count from cas_condemned_blobs where ${sweeping}`.execute(tx)
  return { digests, others: (all.rows[0]?.count ?? 0) - digests.length }
}

/**
 * The storage has removed them, or has said that it will not. Uploads count again if their token is from now on.
 * To be called in a transaction.
 */
export async function endSweep(tx: Db, stored: Stored, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return
  await lock(tx, stored)
  const epoch = await nextEpoch(tx, stored)
  await tx
    .updateTable('cas_condemned_blobs')
    .set({ state: 'swept', epoch, swept_at: new Date() })
    .where('organization_id', '=', stored.organizationId)
    .where('cas_backend_id', '=', stored.backendId)
    .where('state', '=', 'sweeping')
    .where('digest', 'in', [...digests])
    .execute()
}

/** Of sweeps that are so long ago that no token is from before. */
export async function forgetSwept(db: Db, { organizationId, backendId }: Stored): Promise<void> {
  await db
    .deleteFrom('cas_condemned_blobs')
    .where('organization_id', '=', organizationId)
    .where('cas_backend_id', '=', backendId)
    .where('state', '=', 'swept')
    .where('swept_at', '<', before(REMEMBERED_MS))
    .execute()
}

async function lock(tx: Db, { organizationId, backendId }: Stored): Promise<void> {
  await tx
    .selectFrom('cas_backends')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', backendId)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

async function nextEpoch(tx: Db, { organizationId, backendId }: Stored): Promise<number> {
  const { sweep_epoch: epoch } = await tx
    .updateTable('cas_backends')
    .set({ sweep_epoch: sql`sweep_epoch + 1` })
    .where('organization_id', '=', organizationId)
    .where('id', '=', backendId)
    .returning('sweep_epoch')
    .executeTakeFirstOrThrow()
  return epoch
}
