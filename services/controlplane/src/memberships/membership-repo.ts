import { type RawBuilder, type SqlBool, sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { MemberRole } from '../db/people-schema.ts'

export interface Membership {
  readonly id: string
  readonly organizationId: string
  readonly role: MemberRole
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly user: {
    readonly id: string
    readonly email: string
    readonly firstName: string
    readonly lastName: string
  }
}

/** The first organization of a person is the current one. False when the person is a member already. */
export async function insert(
  tx: Db,
  membership: { organizationId: string; userId: string; role: MemberRole },
): Promise<boolean> {
  await tx
    .updateTable('users')
    .set({ current_organization_id: membership.organizationId })
    .where('id', '=', membership.userId)
    .where('current_organization_id', 'is', null)
    .execute()
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('memberships')
    .values({
      organization_id: membership.organizationId,
      user_id: membership.userId,
      role: membership.role,
    })
    .onConflict((oc) => oc.doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function find(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Membership | undefined> {
  const row = await select(db, organizationId).where('m.id', '=', id).executeTakeFirst()
  return row && toMembership(row)
}

export async function findByUser(
  db: Db,
  { organizationId, userId }: { organizationId: string; userId: string },
): Promise<Membership | undefined> {
  const row = await select(db, organizationId).where('m.user_id', '=', userId).executeTakeFirst()
  return row && toMembership(row)
}

/** Of one person in some organizations, in no order. */
export async function findOfUser(
  db: Db,
  { userId, organizationIds }: { userId: string; organizationIds: readonly string[] },
): Promise<Membership[]> {
  if (organizationIds.length === 0) return []
  const rows = await select(db, ...organizationIds)
    .where('m.user_id', '=', userId)
    .execute()
  return rows.map(toMembership)
}

/** In lower case. */
export async function findByEmail(
  db: Db,
  { organizationId, email }: { organizationId: string; email: string },
): Promise<Membership | undefined> {
  const row = await select(db, organizationId).where('u.email', '=', email).executeTakeFirst()
  return row && toMembership(row)
}

/** Whoever changes who owns an organization waits for others who do, so that one owner always remains. */
export async function lockOwners(tx: Db, organizationId: string): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('memberships')
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'owner')
    .select('user_id')
    .orderBy('id')
    .forUpdate()
    .execute()
  return rows.map(({ user_id }) => user_id)
}

export async function setRole(
  tx: Db,
  { organizationId, id, role }: { organizationId: string; id: string; role: MemberRole },
): Promise<void> {
  await tx
    .updateTable('memberships')
    .set({ role, updated_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

/** With the person's places in groups and on projects of the organization. */
export async function remove(
  tx: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<void> {
  await tx
    .deleteFrom('memberships')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

export interface MembershipFilter {
  readonly organizationId: string
  readonly id?: string | undefined
  /** Name and e-mail are alternatives, matched anywhere and without case. */
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly role?: MemberRole | undefined
  readonly limit: number
  readonly offset: number
}

/** Oldest first. */
export async function list(
  db: Db,
  filter: MembershipFilter,
): Promise<{ readonly items: Membership[]; readonly totalCount: number }> {
  const { id, role } = filter
  const texts = [
    ...(filter.email ? [isPerson(sql`email ilike ${pattern(filter.email)}`)] : []),
    ...(filter.name
      ? [isPerson(sql`concat(first_name, ' ', last_name) ilike ${pattern(filter.name)}`)]
      : []),
  ]
  const matching = db
    .selectFrom('memberships as m')
    .where('m.organization_id', '=', filter.organizationId)
    .$if(id !== undefined, (q) => q.where('m.id', '=', id ?? ''))
    .$if(role !== undefined, (q) => q.where('m.role', '=', role ?? 'owner'))
    .$if(texts.length > 0, (q) => q.where((eb) => eb.or(texts)))
  const rows = await matching
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .select(COLUMNS)
    .orderBy('m.created_at')
    .orderBy('m.id')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { items: rows.map(toMembership), totalCount: total }
}

/** Looked up for each member: an organization's are few among all people. */
function isPerson(condition: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql`(select ${condition} from users where users.id = m.user_id)`
}

function pattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
}

function select(db: Db, ...organizationIds: readonly string[]) {
  return db
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .where('m.organization_id', 'in', organizationIds)
    .select(COLUMNS)
}

const COLUMNS = [
  'm.id',
  'm.organization_id',
  'm.role',
  'm.created_at',
  'm.updated_at',
  'u.id as user_id',
  'u.email',
  'u.first_name',
  'u.last_name',
] as const

interface MembershipRow {
  readonly id: string
  readonly organization_id: string
  readonly role: MemberRole
  readonly created_at: Date
  readonly updated_at: Date
  readonly user_id: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
}

function toMembership(row: MembershipRow): Membership {
  return {
    id: row.id,
    organizationId: row.organization_id,
    role: row.role,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    user: {
      id: row.user_id,
      email: row.email,
      firstName: row.first_name,
      lastName: row.last_name,
    },
  }
}
