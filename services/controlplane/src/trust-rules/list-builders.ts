import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import * as builders from './builder-repo.ts'
import type { Builder } from './builder.ts'

/** Oldest first. The map is for the whole organization. */
export async function listBuilders({ db }: Pick<Context, 'db'>, actor: Actor): Promise<Builder[]> {
  actor.requireSomewhere('trust_rule:read')
  return builders.list(db, actor.organizationId)
}
