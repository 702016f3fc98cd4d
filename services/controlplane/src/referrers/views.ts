import { forbidden, invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import type { Visible } from './referrer-repo.ts'
import * as sharings from './sharing-repo.ts'

/** A part of one organization's graph. */
export interface View extends Visible {
  /** Empty: the caller's own. */
  readonly sharedBy: string
}

export interface Wanted {
  /** Empty: every project that the actor may see. */
  readonly projectName: string
  /** Empty: every version. */
  readonly projectVersion: string
  /** Also what other organizations share. */
  readonly includeShared?: boolean
}

/** Where the actor may look, the own organization first. Throws `not_found` for projects that it does not see. */
export async function viewsOf(db: Db, actor: Actor, wanted: Wanted): Promise<readonly View[]> {
  const own = { ...(await ownView(db, actor, wanted)), sharedBy: '' }
  if (!wanted.includeShared) return [own]
  if (wanted.projectName !== '') {
    throw invalid('a project is of one organization: leave it out, or what others share', {
      reason: 'SHARED_HAS_NO_PROJECT',
    })
  }
  if (actor.projectIds !== undefined) {
    throw forbidden('what others share is for those who see all of their own organization', {
      reason: 'MISSING_RIGHT',
    })
  }
  const partners = await sharings.listPartners(db, actor)
  return [
    own,
    ...partners.map(({ id, name }) => ({
      organizationId: id,
      projectIds: undefined,
      sharedBy: name,
    })),
  ]
}

async function ownView(db: Db, actor: Actor, input: Wanted): Promise<Visible> {
  const visible = { organizationId: actor.organizationId, projectIds: actor.projectIds }
  if (input.projectName === '') {
    if (input.projectVersion === '') return visible
    throw invalid('a project version needs the name of its project', { reason: 'PROJECT_REQUIRED' })
  }
  const project = await db
    .selectFrom('projects')
    .select('id')
    .where('organization_id', '=', actor.organizationId)
    .where('name', '=', input.projectName)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!project || !actor.sees(project.id)) {
    throw notFound('project', input.projectName)
  }
  const inProject = { ...visible, projectIds: [project.id] }
  if (input.projectVersion === '') return inProject
  return {
    ...inProject,
    projectVersionId: await getVersionId(db, project.id, { ...input, ...visible }),
  }
}

async function getVersionId(
  db: Db,
  projectId: string,
  wanted: { readonly organizationId: string; readonly projectVersion: string },
): Promise<string> {
  const version = await db
    .selectFrom('project_versions')
    .select('id')
    .where('organization_id', '=', wanted.organizationId)
    .where('project_id', '=', projectId)
    .where('version', '=', wanted.projectVersion)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!version) throw notFound('project version', wanted.projectVersion)
  return version.id
}
