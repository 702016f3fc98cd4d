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
  actor.requireSomewhere('api_token:read')
  const project = reference && (await getProject(db, actor, reference))
  return apiTokens.list(db, {
    organizationId: actor.organizationId,
    projectIds: project ? [project.id] : actor.projectIds,
    ...filter,
  })
}
