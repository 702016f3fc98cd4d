import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type CursorList, type CursorPage, cutPage } from '../pages.ts'
import { getProject, type ProjectReference } from '../projects/get-project.ts'
import * as apiTokens from './api-token-repo.ts'
import type { ApiToken } from './api-token.ts'

export interface ListApiTokens extends Pick<apiTokens.ApiTokenFilter, 'scope' | 'status'> {
  readonly project: ProjectReference | undefined
  readonly page: CursorPage
}

/** Oldest first. */
export async function listApiTokens(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { project: reference, page, ...filter }: ListApiTokens,
): Promise<CursorList<ApiToken>> {
  actor.requireSomewhere('api_token:read')
  const project = reference && (await getProject(db, actor, reference))
  const wanted = {
    organizationId: actor.organizationId,
    projectIds: project ? [project.id] : actor.projectIds,
    ...filter,
  }
  return cutPage(await apiTokens.list(db, wanted, page), page)
}
