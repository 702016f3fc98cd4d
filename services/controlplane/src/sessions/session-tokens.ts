import { AUDIENCE } from '../auth/tokens.ts'
import type { Context } from '../context.ts'
import type { Session } from './session-repo.ts'

const ACCESS_MS = 15 * 60_000
/** A session that is not used for this long is over. */
const IDLE_MS = 7 * 24 * 3_600_000

export interface SessionTokens {
  readonly accessToken: string
  readonly accessExpiresAt: Date
  readonly refreshToken: string
  readonly refreshExpiresAt: Date
}

/** Until when a session that is used now can be refreshed. */
export function refreshUntil(end: Date): Date {
  return new Date(Math.min(Date.now() + IDLE_MS, end.getTime()))
}

/** The database decides about both; what is signed into them is only which row is meant. */
export async function signSession(
  tokens: Context['tokens'],
  session: Session,
): Promise<SessionTokens> {
  const accessExpiresAt = new Date(Math.min(Date.now() + ACCESS_MS, session.expiresAt.getTime()))
  const claims = { jti: session.id, sub: session.userId, user_id: session.userId }
  return {
    accessToken: await tokens.sign(claims, {
      audience: AUDIENCE.user,
      expiresInSeconds: secondsUntil(accessExpiresAt),
    }),
    accessExpiresAt,
    refreshToken: await tokens.sign(
      { ...claims, generation: session.generation },
      { audience: AUDIENCE.refresh, expiresInSeconds: secondsUntil(session.refreshUntil) },
    ),
    refreshExpiresAt: session.refreshUntil,
  }
}

function secondsUntil(end: Date): number {
  return Math.max(1, Math.floor((end.getTime() - Date.now()) / 1000))
}
