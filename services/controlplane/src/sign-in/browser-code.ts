import { createHash, randomBytes } from 'node:crypto'

import { equalInConstantTime } from '@chainloop/kit/constant-time'
import { invalid } from '@chainloop/kit/errors'

import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SessionTokens } from '../sessions/session-tokens.ts'
import * as signIns from './sign-in-repo.ts'

const CODE_MS = 60_000

/** What the browser brings back to the command line, for somebody who has just signed in. */
export async function issueBrowserCode(
  tx: Db,
  {
    userId,
    ...client
  }: { readonly userId: string; readonly codeChallenge: string; readonly clientName: string },
): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  const expiresAt = new Date(Date.now() + CODE_MS)
  await signIns.insert(tx, { kind: 'browser', secret, expiresAt, userId, ...client })
  return secret
}

/** Once; a wrong verifier uses the code up, too. */
export async function exchangeBrowserCode(
  ctx: Pick<Context, 'db' | 'tokens' | 'config'>,
  { code, codeVerifier }: { readonly code: string; readonly codeVerifier: string },
): Promise<SessionTokens> {
  const tokens = await inTransaction(ctx.db, async (tx) => {
    const found = await signIns.findForUpdate(tx, { kind: 'browser', secret: code })
    if (found?.state !== 'approved' || found.userId === undefined) return undefined
    await signIns.markUsed(tx, found.id)
    const challenge = createHash('sha256').update(codeVerifier).digest('base64url')
    if (!equalInConstantTime(challenge, found.codeChallenge)) return undefined
    const { userId, clientName } = found
    return openSession({ ...ctx, db: tx }, { userId, clientName })
  })
  if (tokens) return tokens
  throw invalid('the code is not good, or was used before', {
    reason: 'SIGN_IN_CODE_INVALID',
    hint: 'sign in again',
  })
}
