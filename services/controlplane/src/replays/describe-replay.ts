import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { isUuid } from '../names.ts'
import { type CursorList, type CursorPage, cursorPage, cutPage } from '../pages.ts'
import * as replays from './replay-repo.ts'
import type { Replay } from './replay.ts'

/** How far it is. */
export async function describeReplay(
  { db }: { readonly db: Db },
  actor: Actor,
  { id }: { id: string },
): Promise<Replay> {
  actor.requireSomewhere('delivery:read')
  const { organizationId, projectIds } = actor
  const [replay] = isUuid(id)
    ? await replays.list(db, { organizationId, projectIds, id }, cursorPage(undefined))
    : []
  if (!replay) throw notFound('replay', id)
  return replay
}

/** Newest first. */
export async function listReplays(
  { db }: { readonly db: Db },
  actor: Actor,
  page: CursorPage,
): Promise<CursorList<Replay>> {
  actor.requireSomewhere('delivery:read')
  const { organizationId, projectIds } = actor
  return cutPage(await replays.list(db, { organizationId, projectIds }, page), page)
}
