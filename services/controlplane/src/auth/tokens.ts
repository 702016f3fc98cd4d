import { unauthenticated } from '@chainloop/kit/errors'
import { type TokenSigner, tokenSigner, tokenVerifier } from '@chainloop/kit/tokens'
import { decodeJwt, type JWTPayload } from 'jose'

import type { TokenKeys } from '../keys/token-keys.ts'

/** Whom each kind of token is for: none of them is good for another's purpose. */
export const AUDIENCE = {
  apiToken: 'api-token-auth.chainloop',
  run: 'run.chainloop',
  user: 'user-auth.chainloop',
  refresh: 'refresh.chainloop',
  transfer: 'artifact-cas.chainloop',
} as const

export type Audience = (typeof AUDIENCE)[keyof typeof AUDIENCE]

/** The tokens that this instance signs, and what it still believes. */
export interface Tokens extends TokenSigner {
  /** Throws `unauthenticated`. */
  verify(token: string, audience: Audience): Promise<JWTPayload>
}

export function createTokens(keys: TokenKeys, issuer: string): Tokens {
  const verifier = (audience: Audience) =>
    tokenVerifier({ keys: { jwks: keys.jwks }, issuer, audience })
  const verifiers = {
    [AUDIENCE.apiToken]: verifier(AUDIENCE.apiToken),
    [AUDIENCE.run]: verifier(AUDIENCE.run),
    [AUDIENCE.user]: verifier(AUDIENCE.user),
    [AUDIENCE.refresh]: verifier(AUDIENCE.refresh),
    [AUDIENCE.transfer]: verifier(AUDIENCE.transfer),
  } satisfies Record<Audience, unknown>

  return {
    ...tokenSigner({ key: keys.key, kid: keys.kid, issuer }),
    verify(token, audience) {
      if (token.length > MAX_TOKEN_LENGTH) throw invalidToken()
      return verifiers[audience].verify(token)
    },
  }
}

const MAX_TOKEN_LENGTH = 8192

/** What the token says it is for; believed by nobody before it is verified for exactly that. */
export function claimedAudience(token: string): unknown {
  if (token.length > MAX_TOKEN_LENGTH) throw invalidToken()
  try {
    return decodeJwt(token).aud
  } catch {
    throw invalidToken()
  }
}

/** One that this instance, or another one like it, says that it has issued. */
export function isOwnToken(token: string): boolean {
  const audience = claimedAudience(token)
  return Object.values<unknown>(AUDIENCE).includes(audience)
}

export function invalidToken(): Error {
  return unauthenticated('the token is not valid here', { reason: 'TOKEN_INVALID' })
}
