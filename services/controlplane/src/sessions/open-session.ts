import type { Context } from '../context.ts'
import { recordForUser } from './record-for-user.ts'
import * as sessions from './session-repo.ts'
import { refreshUntil, type SessionTokens, signSession } from './session-tokens.ts'

/** For somebody who has just proved who they are. Wants a transaction. */
export async function openSession(
  {
    db,
    tokens,
    config,
  }: Pick<Context, 'db' | 'tokens'> & {
    readonly config: Pick<Context['config'], 'sessionMaxAge'>
  },
  { userId, clientName }: { readonly userId: string; readonly clientName: string },
): Promise<SessionTokens> {
  const expiresAt = new Date(Date.now() + config.sessionMaxAge)
  const session = await sessions.insert(db, {
    userId,
    clientName,
    expiresAt,
    refreshUntil: refreshUntil(expiresAt),
  })
  await recordForUser(db, userId, {
    action: 'session.opened',
    targetId: session.id,
    details: { client: clientName },
  })
  return signSession(tokens, session)
}
