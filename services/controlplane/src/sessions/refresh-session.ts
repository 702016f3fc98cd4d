import { unauthenticated } from '@chainloop/kit/errors'

import { requireIds } from '../auth/claims.ts'
import { AUDIENCE, invalidToken } from '../auth/tokens.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertAllowed } from '../sign-in/allow-list.ts'
import * as users from '../users/user-repo.ts'
import { recordForUser } from './record-for-user.ts'
import * as sessions from './session-repo.ts'
import type { Session } from './session-repo.ts'
import { refreshUntil, type SessionTokens, signSession } from './session-tokens.ts'

/**
 * How long the refresh token before the current one is still answered, with the current one again: an answer may get
 * lost, and two commands may start at once.
 */
const LEEWAY_MS = 30_000

/** Each refresh token is good once. One that was used before ends the session: somebody else has a copy. */
export async function refreshSession(
  { db, tokens, config }: Pick<Context, 'db' | 'tokens' | 'config'>,
  refreshToken: string,
): Promise<SessionTokens> {
  const verified = await tokens.verify(refreshToken, AUDIENCE.refresh)
  const { jti: id, user_id: userId } = requireIds(verified, ['jti', 'user_id'])
  const generation = verified['generation']
  if (typeof generation !== 'number') throw invalidToken()
  const session = await inTransaction(db, async (tx) => {
    const found = await sessions.findForUpdate(tx, { id, userId })
    if (!found || isOver(found)) return undefined
    const user = await users.find(tx, userId)
    assertAllowed(config, user?.email ?? '')
    return next(tx, found, generation)
  })
  if (session) return signSession(tokens, session)
  throw unauthenticated('the session is over', {
    reason: 'SESSION_OVER',
    hint: 'sign in again with `chainloop auth login`',
  })
}

async function next(tx: Db, found: Session, generation: number): Promise<Session | undefined> {
  if (generation === found.generation) {
    return sessions.rotate(tx, { id: found.id, refreshUntil: refreshUntil(found.expiresAt) })
  }
  const isPrevious = generation === found.generation - 1
  if (isPrevious && Date.now() - found.rotatedAt.getTime() < LEEWAY_MS) return found
  await sessions.revoke(tx, found)
  await recordForUser(tx, found.userId, {
    action: 'session.revoked',
    targetId: found.id,
    details: { because: 'a refresh token was used twice' },
  })
  return undefined
}

function isOver({ revokedAt, expiresAt, refreshUntil: until }: Session): boolean {
  const now = Date.now()
  return revokedAt !== undefined || expiresAt.getTime() <= now || until.getTime() <= now
}
