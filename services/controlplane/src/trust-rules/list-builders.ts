import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type CursorList, type CursorPage, pageWithin } from '../pages.ts'
import * as builders from './builder-repo.ts'
import type { Builder } from './builder.ts'

/** Oldest first. The map is for the whole organization. */
export async function listBuilders(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  page: CursorPage,
): Promise<CursorList<Builder>> {
  actor.requireSomewhere('trust_rule:read')
  return pageWithin(await builders.list(db, actor.organizationId), page)
}
