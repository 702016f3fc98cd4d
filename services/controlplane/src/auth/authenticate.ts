import { unauthenticated } from '@chainloop/kit/errors'

import type { Context } from '../context.ts'
import { type Actor, anonymous } from './actor.ts'
import { apiTokenActor } from './api-token-actor.ts'
import { runActor } from './run-actor.ts'
import { AUDIENCE, claimedAudience, invalidToken } from './tokens.ts'
import { userActor, type UserDeps } from './user-actor.ts'
import type { WantedOrganization } from './user-grants.ts'

export interface Credentials {
  /** The bearer token. */
  readonly token: string | undefined
  /** The `Chainloop-Organization` header: of a token its own organization, of a person one of theirs. */
  readonly organization: string | undefined
  /** The call is about the person, whatever the organization. */
  readonly personal?: boolean
}

/** Who presents these credentials. The database decides on every request whether they are still good. */
export async function authenticate(
  ctx: UserDeps,
  { token, organization, personal = false }: Credentials,
): Promise<Actor> {
  if (token === undefined) return anonymous
  if (claimedAudience(token) === AUDIENCE.user) {
    return userActor(ctx, token, personal ? 'none' : wanted(organization))
  }
  const actor = await actorOfToken(ctx, token)
  if (organization && organization !== actor.organizationName) {
    throw unauthenticated(`the token is not of organization ${organization}`, {
      reason: 'WRONG_ORGANIZATION',
    })
  }
  return actor
}

/** An empty header is none. */
function wanted(organization: string | undefined): WantedOrganization {
  return organization ? { name: organization } : 'current'
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
