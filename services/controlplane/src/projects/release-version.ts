import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import * as versions from './project-version-repo.ts'

/** Released once; again changes nothing. */
export async function releaseVersion(
  tx: Db,
  actor: Pick<Actor, 'organizationId' | 'kind' | 'id' | 'name' | 'source'>,
  { projectId, versionId }: { projectId: string; versionId: string },
): Promise<void> {
  const { organizationId } = actor
  if (!(await versions.release(tx, { organizationId, projectId, id: versionId }))) return
  await audit.record(tx, {
    organizationId,
    actor,
    action: 'project_version.released',
    targetType: 'project_version',
    targetId: versionId,
  })
}
