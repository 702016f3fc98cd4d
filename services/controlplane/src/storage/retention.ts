import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { type CursorList, type CursorPage, cutPage } from '../pages.ts'
import { getProject } from '../projects/get-project.ts'
import * as retention from './retention-repo.ts'
import type { Retention, RetentionChange } from './retention-repo.ts'

/** How long a project keeps artifacts that no attestation refers to, and whether it has to keep everything. */
export async function setRetention(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { projectName, ...change }: RetentionChange & { readonly projectName: string },
): Promise<Retention | undefined> {
  actor.require('cas_backend:manage')
  const { organizationId } = actor
  return inTransaction(db, async (tx) => {
    const project = await getProject(tx, actor, { name: projectName })
    await retention.set(tx, { organizationId, projectId: project.id }, change)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'retention.changed',
      targetType: 'project',
      targetId: project.id,
      details: { project: projectName, ...change },
    })
    return retention.find(tx, { organizationId, projectId: project.id })
  })
}

/** Oldest project first. */
export async function listRetention(
  { db }: Pick<Context, 'db'>,
  { organizationId }: Actor,
  page: CursorPage,
): Promise<CursorList<Retention>> {
  return cutPage(await retention.list(db, { organizationId }, page), page)
}
