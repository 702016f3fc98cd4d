import type { Context } from '../context.ts'
import { forget } from '../sessions/session-repo.ts'

/** Long enough for somebody to ask why they have to sign in again. */
const KEPT_MS = 7 * 24 * 3_600_000

export async function forgetSessions(
  { db }: Pick<Context, 'db'>,
  now: Date = new Date(),
): Promise<void> {
  await forget(db, new Date(now.getTime() - KEPT_MS))
}
