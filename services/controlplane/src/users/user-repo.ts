import { type Selectable, sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { UserRow } from '../db/people-schema.ts'
import type { User } from './user.ts'

export async function find(db: Db, id: string): Promise<User | undefined> {
  const row = await db.selectFrom('users').where('id', '=', id).selectAll().executeTakeFirst()
  return row && toUser(row)
}

/** In lower case. */
export async function findByEmail(db: Db, email: string): Promise<User | undefined> {
  const row = await db.selectFrom('users').where('email', '=', email).selectAll().executeTakeFirst()
  return row && toUser(row)
}

export interface Identity {
  readonly issuer: string
  readonly subject: string
}

export async function findByIdentity(
  db: Db,
  { issuer, subject }: Identity,
): Promise<User | undefined> {
  const row = await db
    .selectFrom('user_identities')
    .innerJoin('users', 'users.id', 'user_identities.user_id')
    .where('user_identities.issuer', '=', issuer)
    .where('user_identities.subject', '=', subject)
    .selectAll('users')
    .executeTakeFirst()
  return row && toUser(row)
}

/** Undefined when somebody has the address. */
export async function insert(
  tx: Db,
  user: Pick<User, 'email' | 'firstName' | 'lastName'>,
): Promise<User | undefined> {
  const row = await tx
    .insertInto('users')
    .values({ email: user.email, first_name: user.firstName, last_name: user.lastName })
    .onConflict((oc) => oc.column('email').doNothing())
    .returningAll()
    .executeTakeFirst()
  return row && toUser(row)
}

/** False when the user goes by another identity of that issuer already. */
export async function addIdentity(tx: Db, userId: string, identity: Identity): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('user_identities')
    .values({ issuer: identity.issuer, subject: identity.subject, user_id: userId })
    .onConflict((oc) => oc.doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function update(
  tx: Db,
  id: string,
  change: Pick<User, 'email' | 'firstName' | 'lastName' | 'instanceAdmin'>,
): Promise<void> {
  await tx
    .updateTable('users')
    .set({
      email: change.email,
      first_name: change.firstName,
      last_name: change.lastName,
      instance_admin: change.instanceAdmin,
      updated_at: new Date(),
    })
    .where('id', '=', id)
    .execute()
}

export async function setCurrentOrganization(
  tx: Db,
  { id, organizationId }: { id: string; organizationId: string },
): Promise<void> {
  await tx
    .updateTable('users')
    .set({ current_organization_id: organizationId })
    .where('id', '=', id)
    .execute()
}

/** After memberships have ended: the first organization that is left is the current one of who meant that one. */
export async function leaveCurrentOrganization(
  tx: Db,
  { organizationId }: { organizationId: string },
): Promise<void> {
  const left = sql<string | null>`(
    select first.organization_id from memberships as first
    where first.user_id = users.id order by first.created_at, first.id limit 1)`
  await tx
    .updateTable('users')
    .set({ current_organization_id: left })
    .where('current_organization_id', '=', organizationId)
    .where(
      sql<boolean>`not exists (select from memberships as still
        where still.user_id = users.id and still.organization_id = ${organizationId})`,
    )
    .execute()
}

/** With sessions, memberships and roles. */
export async function remove(tx: Db, id: string): Promise<void> {
  await tx.deleteFrom('users').where('id', '=', id).execute()
}

export function toUser(row: Selectable<UserRow>): User {
  return {
    id: row.id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    instanceAdmin: row.instance_admin,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
