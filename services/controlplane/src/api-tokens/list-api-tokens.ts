import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { getProject, type ProjectReference } from '../projects/get-project.ts'
import * as apiTokens from './api-token-repo.ts'
import type { ApiToken } from './api-token.ts'

/** Oldest first. */
export async function listApiTokens(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  {
    project: reference,
    ...filter
  }: Pick<apiTokens.ApiTokenFilter, 'scope' | 'status'> & { project: ProjectReference | undefined },
): Promise<readonly ApiToken[]> {
  const bound = actor.projectId === undefined ? undefined : { id: actor.projectId }
  const wanted = reference ?? bound
  const project = wanted && (await getProject(db, actor, wanted))
  actor.require('api_token:read', project ? { projectId: project.id } : {})
  return apiTokens.list(db, {
    organizationId: actor.organizationId,
    projectId: project?.id,
    ...filter,
  })
}
