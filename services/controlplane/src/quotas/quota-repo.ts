import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { Resource } from './quota.ts'

interface Of {
  readonly organizationId: string
  readonly resource: Resource
}

export interface Limit {
  /** Undefined: none. */
  readonly limit: number | undefined
  readonly isDefault: boolean
}

export async function findLimit(db: Db, { organizationId, resource }: Of): Promise<Limit> {
  const own = await db
    .selectFrom('organization_quotas')
    .where('organization_id', '=', organizationId)
    .where('resource', '=', resource)
    .select('value')
    .executeTakeFirst()
  if (own) return { limit: own.value ?? undefined, isDefault: false }
  const everybodys = await db
    .selectFrom('instance_quotas')
    .where('resource', '=', resource)
    .select('value')
    .executeTakeFirst()
  return { limit: everybodys?.value, isDefault: true }
}

/** Undefined: without limit; `'default'`: what the instance gives everybody. */
export async function setLimit(
  tx: Db,
  { organizationId, resource }: Of,
  limit: number | 'default' | undefined,
): Promise<void> {
  if (limit === 'default') {
    await tx
      .deleteFrom('organization_quotas')
      .where('organization_id', '=', organizationId)
      .where('resource', '=', resource)
      .execute()
    return
  }
  const change = { value: limit ?? null, updated_at: new Date() }
  await tx
    .insertInto('organization_quotas')
    .values({ organization_id: organizationId, resource, ...change })
    .onConflict((conflict) => conflict.columns(['organization_id', 'resource']).doUpdateSet(change))
    .execute()
}

/** What every organization may use that has no quota of its own; undefined: as much as it likes. */
export async function setInstanceLimit(
  db: Db,
  resource: Resource,
  limit: number | undefined,
): Promise<void> {
  if (limit === undefined) {
    await db.deleteFrom('instance_quotas').where('resource', '=', resource).execute()
    return
  }
  await db
    .insertInto('instance_quotas')
    .values({ resource, value: limit })
    .onConflict((conflict) => conflict.column('resource').doUpdateSet({ value: limit }))
    .execute()
}

/** Until the transaction ends nobody else asks whether there is room: two do not take the last place. */
export async function lock(tx: Db, { organizationId, resource }: Of): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${resource} of ${organizationId}`}, 0))`.execute(
    tx,
  )
}

const DAY_MS = 24 * 3_600_000

const COUNTS: Readonly<Record<Resource, (db: Db, organizationId: string) => Promise<number>>> = {
  async stored_bytes(db, organizationId) {
    const row = await db
      .selectFrom('organization_storage')
      .where('organization_id', '=', organizationId)
      .select('bytes')
      .executeTakeFirst()
    return row?.bytes ?? 0
  },
  async runs_per_day(db, organizationId) {
    const row = await db
      .selectFrom('runs')
      .where('organization_id', '=', organizationId)
      .where('created_at', '>', new Date(Date.now() - DAY_MS))
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return row.count
  },
  async projects(db, organizationId) {
    const row = await db
      .selectFrom('projects')
      .where('organization_id', '=', organizationId)
      .where('deleted_at', 'is', null)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return row.count
  },
  async api_tokens(db, organizationId) {
    const row = await db
      .selectFrom('api_tokens')
      .where('organization_id', '=', organizationId)
      .where('revoked_at', 'is', null)
      .where((where) =>
        where.or([where('expires_at', 'is', null), where('expires_at', '>', new Date())]),
      )
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return row.count
  },
}

export function countUsed(db: Db, { organizationId, resource }: Of): Promise<number> {
  return COUNTS[resource](db, organizationId)
}

/** When the oldest of the last `limit` runs is a day old. */
export async function roomForRunAt(
  db: Db,
  { organizationId, limit }: { readonly organizationId: string; readonly limit: number },
): Promise<Date | undefined> {
  if (limit === 0) return undefined
  const row = await db
    .selectFrom('runs')
    .where('organization_id', '=', organizationId)
    .select('created_at')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .offset(limit - 1)
    .limit(1)
    .executeTakeFirst()
  return row && new Date(row.created_at.getTime() + DAY_MS)
}
