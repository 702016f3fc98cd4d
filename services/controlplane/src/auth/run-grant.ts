import { unauthenticated } from '@chainloop/kit/errors'

import * as apiTokens from '../api-tokens/api-token-repo.ts'
import type { Db } from '../db/db.ts'
import { isUuid } from '../names.ts'
import { invalidToken } from './tokens.ts'

/**
 * A run token is never better than the account that it comes from: whoever revokes the account ends what it handed
 * out. Returns the reference of the account.
 */
export async function assertGranted(
  db: Db,
  { organizationId, grantor }: { readonly organizationId: string; readonly grantor: unknown },
): Promise<string> {
  if (typeof grantor !== 'string') throw invalidToken()
  const [kind, id = ''] = grantor.split(':')
  if (kind !== 'api_token' || !isUuid(id)) throw invalidToken()
  const account = await apiTokens.find(db, { id, organizationId })
  if (account && isLive(account)) return grantor
  throw unauthenticated('the account that the run token comes from is revoked or has expired', {
    reason: 'GRANT_REVOKED',
  })
}

function isLive({
  revokedAt,
  expiresAt,
}: {
  readonly revokedAt: Date | undefined
  readonly expiresAt: Date | undefined
}): boolean {
  return revokedAt === undefined && (expiresAt === undefined || expiresAt.getTime() > Date.now())
}
