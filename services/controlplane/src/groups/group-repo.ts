import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { Group } from './group.ts'

/** Undefined when the organization has a group of that name. */
export async function insert(
  tx: Db,
  group: Pick<Group, 'organizationId' | 'name' | 'description'>,
): Promise<string | undefined> {
  const row = await tx
    .insertInto('groups')
    .values({
      organization_id: group.organizationId,
      name: group.name,
      description: group.description,
    })
    .onConflict((oc) => oc.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

export async function find(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Group | undefined> {
  const row = await select(db, organizationId).where('groups.id', '=', id).executeTakeFirst()
  return row && toGroup(row)
}

export async function findByName(
  db: Db,
  { organizationId, name }: { organizationId: string; name: string },
): Promise<Group | undefined> {
  const row = await select(db, organizationId).where('groups.name', '=', name).executeTakeFirst()
  return row && toGroup(row)
}

export interface GroupFilter {
  readonly organizationId: string
  /** Alternatives, matched anywhere and without case. */
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly memberEmail?: string | undefined
  readonly limit: number
  readonly offset: number
}

/** By name. */
export async function list(
  db: Db,
  filter: GroupFilter,
): Promise<{ readonly items: Group[]; readonly totalCount: number }> {
  const { name, description, memberEmail } = filter
  const texts = [
    ...(name ? [sql<boolean>`groups.name ilike ${pattern(name)}`] : []),
    ...(description ? [sql<boolean>`groups.description ilike ${pattern(description)}`] : []),
    ...(memberEmail
      ? [
          sql<boolean>`exists (select from group_members as gm join users on users.id = gm.user_id
            where gm.group_id = groups.id and users.email ilike ${pattern(memberEmail)})`,
        ]
      : []),
  ]
  const rows = await select(db, filter.organizationId)
    .$if(texts.length > 0, (q) => q.where((eb) => eb.or(texts)))
    .select(sql<number>`count(*) over ()`.as('total'))
    .orderBy('groups.name')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
  return { items: rows.map(toGroup), totalCount: rows[0]?.total ?? 0 }
}

/** False when another group of the organization has that name. */
export async function update(
  tx: Db,
  { organizationId, id, name, description }: Omit<Group, 'memberCount' | 'createdAt' | 'updatedAt'>,
): Promise<boolean> {
  const other = await findByName(tx, { organizationId, name })
  if (other && other.id !== id) return false
  await tx
    .updateTable('groups')
    .set({ name, description, updated_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
  return true
}

/** With its memberships and its roles on projects. */
export async function remove(
  tx: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<void> {
  await tx
    .deleteFrom('groups')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

export function pattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
}

function select(db: Db, organizationId: string) {
  return db
    .selectFrom('groups')
    .where('groups.organization_id', '=', organizationId)
    .selectAll('groups')
    .select(
      sql<number>`(select count(*) from group_members as gm where gm.group_id = groups.id)`.as(
        'member_count',
      ),
    )
}

interface Row {
  readonly id: string
  readonly organization_id: string
  readonly name: string
  readonly description: string
  readonly created_at: Date
  readonly updated_at: Date
  readonly member_count: number
}

function toGroup(row: Row): Group {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    description: row.description,
    memberCount: row.member_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
