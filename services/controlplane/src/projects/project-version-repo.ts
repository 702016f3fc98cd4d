import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { ProjectVersionRow } from '../db/schema.ts'
import type { ProjectVersion } from './project.ts'

interface OfProject {
  readonly organizationId: string
  readonly projectId: string
}

export async function find(
  db: Db,
  { version, ...project }: OfProject & { version: string },
): Promise<ProjectVersion | undefined> {
  const row = await live(db, project).where('version', '=', version).executeTakeFirst()
  return row && toProjectVersion(row)
}

export async function findLatest(db: Db, project: OfProject): Promise<ProjectVersion | undefined> {
  const row = await live(db, project).where('latest', '=', true).executeTakeFirst()
  return row && toProjectVersion(row)
}

/** Held until the transaction ends, so that a release and a run on the same version wait for each other. */
export async function lock(
  db: Db,
  { id, ...project }: OfProject & { id: string },
): Promise<ProjectVersion | undefined> {
  const row = await live(db, project).where('id', '=', id).forNoKeyUpdate().executeTakeFirst()
  return row && toProjectVersion(row)
}

/** Undefined when the project already has that version. */
export async function insert(
  db: Db,
  version: OfProject & { version: string; latest: boolean },
): Promise<ProjectVersion | undefined> {
  const row = await db
    .insertInto('project_versions')
    .values({
      organization_id: version.organizationId,
      project_id: version.projectId,
      version: version.version,
      latest: version.latest,
    })
    .onConflict((oc) =>
      oc.columns(['project_id', 'version']).where('deleted_at', 'is', null).doNothing(),
    )
    .returningAll()
    .executeTakeFirst()
  return row && toProjectVersion(row)
}

export async function clearLatest(db: Db, { organizationId, projectId }: OfProject): Promise<void> {
  await db
    .updateTable('project_versions')
    .set({ latest: false, updated_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('latest', '=', true)
    .execute()
}

export async function setLatest(
  db: Db,
  { organizationId, projectId, id }: OfProject & { id: string },
): Promise<void> {
  await db
    .updateTable('project_versions')
    .set({ latest: true, updated_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .execute()
}

/** False when it was released before. */
export async function release(
  db: Db,
  { organizationId, projectId, id }: OfProject & { id: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('project_versions')
    .set({ prerelease: false, released_at: new Date(), updated_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .where('prerelease', '=', true)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Makes all changes of a project's versions wait for each other, until the transaction ends. */
export async function lockProject(db: Db, { organizationId, projectId }: OfProject): Promise<void> {
  await db
    .selectFrom('projects')
    .where('organization_id', '=', organizationId)
    .where('id', '=', projectId)
    .select('id')
    .forNoKeyUpdate()
    .execute()
}

function live(db: Db, { organizationId, projectId }: OfProject) {
  return db
    .selectFrom('project_versions')
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null)
    .selectAll()
}

function toProjectVersion(row: Selectable<ProjectVersionRow>): ProjectVersion {
  return {
    id: row.id,
    projectId: row.project_id,
    version: row.version,
    prerelease: row.prerelease,
    latest: row.latest,
    releasedAt: row.released_at ?? undefined,
    runCount: row.workflow_run_count,
    createdAt: row.created_at,
  }
}
