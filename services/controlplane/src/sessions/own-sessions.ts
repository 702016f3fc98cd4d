import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { recordForUser } from './record-for-user.ts'
import * as sessions from './session-repo.ts'
import type { Session } from './session-repo.ts'

/** Newest first. */
export function listSessions(
  { db }: Pick<Context, 'db'>,
  actor: Pick<Actor, 'id'>,
): Promise<Session[]> {
  return sessions.listLive(db, actor.id)
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
