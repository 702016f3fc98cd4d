import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { assertName } from '../names.ts'
import { requireRoom } from '../quotas/require-room.ts'
import * as projects from './project-repo.ts'
import * as versions from './project-version-repo.ts'
import { FIRST_VERSION, type Project } from './project.ts'

/** The project of that name; made with its first version when it is missing. Wants a transaction. */
export async function ensureProject(
  tx: Db,
  actor: Actor,
  { name }: { name: string },
): Promise<Project> {
  assertName('project', name)
  const { organizationId } = actor
  const existing = await projects.find(tx, { organizationId, name })
  return existing ?? (await makeProject(tx, actor, { name })) ?? ensureProject(tx, actor, { name })
}

/** Undefined when there is one of that name. Wants a transaction. */
export async function makeProject(
  tx: Db,
  actor: Actor,
  { name }: { name: string },
): Promise<Project | undefined> {
  assertName('project', name)
  const { organizationId } = actor
  await requireRoom(tx, { organizationId, resource: 'projects' })
  const created = await projects.insert(tx, { organizationId, name })
  if (!created) return undefined
  await versions.insert(tx, {
    organizationId,
    projectId: created.id,
    version: FIRST_VERSION,
    latest: true,
  })
  await audit.record(tx, {
    organizationId,
    actor,
    action: 'project.created',
    targetType: 'project',
    targetId: created.id,
    details: { name },
  })
  return created
}
