import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type CursorList, type CursorPage, cutPage } from '../pages.ts'
import { getProject } from '../projects/get-project.ts'
import * as trustRules from './trust-rule-repo.ts'
import type { TrustRule } from './trust-rule.ts'

/** Oldest first; an actor bound to a project sees the rules of that. */
export async function listTrustRules(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { projectName, page }: { readonly projectName: string; readonly page: CursorPage },
): Promise<CursorList<TrustRule>> {
  actor.requireSomewhere('trust_rule:read')
  const { organizationId } = actor
  const project =
    projectName === '' ? undefined : await getProject(db, actor, { name: projectName })
  const projectIds = project ? [project.id] : actor.projectIds
  return cutPage(await trustRules.list(db, { organizationId, projectIds, page }), page)
}
