import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { SessionRow } from '../db/people-schema.ts'
import { isBehind } from '../db/position.ts'
import type { CursorPage } from '../pages.ts'

export interface Session {
  readonly id: string
  readonly userId: string
  readonly clientName: string
  readonly generation: number
  readonly rotatedAt: Date
  readonly lastUsedAt: Date
  readonly refreshUntil: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | undefined
  readonly createdAt: Date
}

export async function insert(
  tx: Db,
  session: Pick<Session, 'userId' | 'clientName' | 'refreshUntil' | 'expiresAt'>,
): Promise<Session> {
  const row = await tx
    .insertInto('sessions')
    .values({
      user_id: session.userId,
      client_name: session.clientName,
      refresh_until: session.refreshUntil,
      expires_at: session.expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toSession(row)
}

/** Nobody else rotates it until the transaction ends. */
export async function findForUpdate(
  tx: Db,
  { id, userId }: { id: string; userId: string },
): Promise<Session | undefined> {
  const row = await tx
    .selectFrom('sessions')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .selectAll()
    .forUpdate()
    .executeTakeFirst()
  return row && toSession(row)
}

export async function rotate(
  tx: Db,
  { id, refreshUntil }: { id: string; refreshUntil: Date },
): Promise<Session> {
  const now = new Date()
  const row = await tx
    .updateTable('sessions')
    .set((eb) => ({
      generation: eb('generation', '+', 1),
      rotated_at: now,
      last_used_at: now,
      refresh_until: refreshUntil,
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toSession(row)
}

export async function touch(db: Db, id: string): Promise<void> {
  await db.updateTable('sessions').set({ last_used_at: new Date() }).where('id', '=', id).execute()
}

/** Newest first, one more than the page has, if there is one; those that are over are left out. */
export async function listLive(
  db: Db,
  userId: string,
  { after, size }: CursorPage,
): Promise<Session[]> {
  const now = new Date()
  const rows = await db
    .selectFrom('sessions')
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .where('refresh_until', '>', now)
    .where(isBehind('sessions', after, 'newest first'))
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(size + 1)
    .execute()
  return rows.map(toSession)
}

/** False when there was nothing to revoke. */
export async function revoke(
  tx: Db,
  { id, userId }: { id: string; userId: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('sessions')
    .set({ revoked_at: new Date() })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Sessions and sign-ins that ended before. */
export async function forget(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('sessions').where('expires_at', '<', before).execute()
  await db.deleteFrom('sign_ins').where('expires_at', '<', before).execute()
}

function toSession(row: Selectable<SessionRow>): Session {
  return {
    id: row.id,
    userId: row.user_id,
    clientName: row.client_name,
    generation: row.generation,
    rotatedAt: row.rotated_at,
    lastUsedAt: row.last_used_at,
    refreshUntil: row.refresh_until,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
    createdAt: row.created_at,
  }
}
