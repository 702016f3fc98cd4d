import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { type CursorList, type CursorPage, cutPage } from '../pages.ts'
import * as integrations from './integration-repo.ts'
import type { Integration } from './integration.ts'

/** Oldest first. */
export async function listIntegrations(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  page: CursorPage,
): Promise<CursorList<Integration>> {
  actor.requireSomewhere('integration:read')
  return cutPage(await integrations.list(db, actor, page), page)
}

export async function describeIntegration(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name }: { name: string },
): Promise<Integration> {
  actor.requireSomewhere('integration:read')
  return getIntegration(db, { organizationId: actor.organizationId, name })
}

export async function getIntegration(
  db: Db,
  where: { organizationId: string; name: string },
): Promise<Integration> {
  const integration = await integrations.find(db, where)
  if (integration) return integration
  throw notFound('integration', where.name)
}
