import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { type CursorList, type CursorPage, cutPage } from '../pages.ts'
import { recordForUser } from './record-for-user.ts'
import * as sessions from './session-repo.ts'
import type { Session } from './session-repo.ts'

/** Newest first. */
export async function listSessions(
  { db }: Pick<Context, 'db'>,
  actor: Pick<Actor, 'id'>,
  page: CursorPage,
): Promise<CursorList<Session>> {
  return cutPage(await sessions.listLive(db, actor.id, page), page)
}

/** One of the person's own, by default the one that asks. */
export async function revokeSession(
  { db }: Pick<Context, 'db'>,
  actor: Pick<Actor, 'id' | 'sessionId'>,
  { id = actor.sessionId ?? '' }: { readonly id: string | undefined },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (!(await sessions.revoke(tx, { id, userId: actor.id }))) throw notFound('session', id)
    await recordForUser(tx, actor.id, { action: 'session.revoked', targetId: id })
  })
}
