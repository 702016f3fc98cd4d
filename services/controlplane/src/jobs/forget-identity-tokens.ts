import type { Context } from '../context.ts'
import { forgetExpired } from '../identities/identity-token-repo.ts'

/** Longer than clocks differ. */
const MARGIN_MS = 3_600_000

export async function forgetIdentityTokens(
  { db }: Pick<Context, 'db'>,
  now: Date = new Date(),
): Promise<void> {
  await forgetExpired(db, new Date(now.getTime() - MARGIN_MS))
}
