import { unauthenticated } from '@chainloop/kit/errors'

import * as apiTokens from '../api-tokens/api-token-repo.ts'
import type { Db } from '../db/db.ts'
import { isUuid } from '../names.ts'
import * as trustRules from '../trust-rules/trust-rule-repo.ts'
import { invalidToken } from './tokens.ts'
import { actorOfGrants } from './user-actor.ts'
import * as userGrants from './user-grants.ts'

/**
 * A run token is never better than the account or the trust rule that it comes from: whoever revokes that ends what it
 * handed out. Returns the reference of it.
 */
export async function assertGranted(
  db: Db,
  {
    grantor,
    ...place
  }: {
    readonly organizationId: string
    readonly projectId: string
    readonly grantor: unknown
  },
): Promise<string> {
  if (typeof grantor !== 'string') throw invalidToken()
  const [kind, id = ''] = grantor.split(':')
  if (!isUuid(id)) throw invalidToken()
  if (await isStanding(db, { kind, id, ...place })) return grantor
  throw unauthenticated('what the run token comes from is revoked or has expired', {
    reason: 'GRANT_REVOKED',
  })
}

async function isStanding(
  db: Db,
  {
    kind,
    projectId,
    ...reference
  }: { kind: string | undefined; id: string; organizationId: string; projectId: string },
): Promise<boolean> {
  switch (kind) {
    case 'api_token': {
      const account = await apiTokens.find(db, reference)
      return account !== undefined && isLive(account)
    }
    case 'user': {
      const { id: userId, organizationId } = reference
      const found = await userGrants.findByUser(db, { userId, organizationId })
      return (
        found?.role !== undefined &&
        actorOfGrants(found, 'current').can('run:attest', { projectId })
      )
    }
    case 'trust_rule':
      return trustRules.isLive(db, reference)
    default:
      throw invalidToken()
  }
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
