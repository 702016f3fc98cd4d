import { unauthenticated } from '@chainloop/kit/errors'

import type { Context } from '../context.ts'
import { type Actor, anonymous } from './actor.ts'
import { apiTokenActor } from './api-token-actor.ts'
import { runActor } from './run-actor.ts'
import { AUDIENCE, claimedAudience, invalidToken } from './tokens.ts'

export interface Credentials {
  /** The bearer token. */
  readonly token: string | undefined
  /** The `Chainloop-Organization` header: has to name the token's own organization. */
  readonly organization: string | undefined
}

/** Who presents these credentials. The database decides on every request whether they are still good. */
export async function authenticate(
  ctx: Pick<Context, 'db' | 'tokens'>,
  { token, organization }: Credentials,
): Promise<Actor> {
  if (token === undefined) return anonymous
  const actor = await actorOfToken(ctx, token)
  if (organization && organization !== actor.organizationName) {
    throw unauthenticated(`the token is not of organization ${organization}`, {
      reason: 'WRONG_ORGANIZATION',
    })
  }
  return actor
}

function actorOfToken(ctx: Pick<Context, 'db' | 'tokens'>, token: string): Promise<Actor> {
  switch (claimedAudience(token)) {
    case AUDIENCE.apiToken:
      return apiTokenActor(ctx, token)
    case AUDIENCE.run:
      return runActor(ctx, token)
    default:
      throw invalidToken()
  }
}
