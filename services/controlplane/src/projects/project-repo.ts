import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { ProjectRow } from '../db/schema.ts'
import type { Project } from './project.ts'

export async function find(
  db: Db,
  { organizationId, name }: { organizationId: string; name: string },
): Promise<Project | undefined> {
  const row = await live(db, organizationId).where('name', '=', name).executeTakeFirst()
  return row && toProject(row)
}

export async function findById(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Project | undefined> {
  const row = await live(db, organizationId).where('id', '=', id).executeTakeFirst()
  return row && toProject(row)
}

/** Undefined when the organization already has a live project with that name. */
export async function insert(
  db: Db,
  { organizationId, name }: { organizationId: string; name: string },
): Promise<Project | undefined> {
  const row = await db
    .insertInto('projects')
    .values({ organization_id: organizationId, name })
    .onConflict((oc) =>
      oc.columns(['organization_id', 'name']).where('deleted_at', 'is', null).doNothing(),
    )
    .returningAll()
    .executeTakeFirst()
  return row && toProject(row)
}

function live(db: Db, organizationId: string) {
  return db
    .selectFrom('projects')
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null)
    .selectAll()
}

function toProject(row: Selectable<ProjectRow>): Project {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    createdAt: row.created_at,
  }
}
