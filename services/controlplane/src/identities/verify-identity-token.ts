import { createHash } from 'node:crypto'

import { type JWTPayload, jwtVerify } from 'jose'

import type { IssuerKeys } from './issuer-keys.ts'

/** A token that its issuer signed for this instance, in time. */
export interface VerifiedToken {
  readonly issuer: string
  readonly subject: string
  /** Names the token among all of its issuer's. */
  readonly tokenId: string
  readonly expiresAt: Date
  readonly claims: JWTPayload
}

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA']
const CLOCK_TOLERANCE_SECONDS = 30
/** How long used tokens have to be remembered at most. */
const MAX_LIFETIME_SECONDS = 86_400

/** Rejects with whatever is wrong: the caller tells nobody what it was. */
export async function verifyIdentityToken(
  { issuerKeys }: { readonly issuerKeys: Pick<IssuerKeys, 'of'> },
  token: string,
  { issuer, audience }: { readonly issuer: string; readonly audience: string },
): Promise<VerifiedToken> {
  const keys = issuerKeys.of(issuer)
  const { payload } = await jwtVerify(token, (header) => keys.get(header), {
    issuer,
    algorithms: ALGORITHMS,
    audience,
    requiredClaims: ['exp', 'iat', 'sub'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    maxTokenAge: MAX_LIFETIME_SECONDS,
  })
  const { exp = 0, sub = '', jti } = payload
  if (!isOnlyFor(payload.aud, audience)) throw new Error('the token is for others too')
  if (exp > Date.now() / 1000 + MAX_LIFETIME_SECONDS) throw new Error('the token lives too long')
  if (sub === '') throw new Error('the token has no subject')
  return {
    issuer,
    subject: sub,
    tokenId: typeof jti === 'string' && jti !== '' ? `jti:${sha256(jti)}` : signedPart(token),
    expiresAt: new Date(exp * 1000),
    claims: payload,
  }
}

/** A token that others accept too could have been taken from them. */
function isOnlyFor(audiences: JWTPayload['aud'], audience: string): boolean {
  return Array.isArray(audiences)
    ? audiences.length === 1 && audiences[0] === audience
    : audiences === audience
}

/** Not the signature: ECDSA has two for everything. */
function signedPart(token: string): string {
  return `sha256:${sha256(token.slice(0, token.lastIndexOf('.')))}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
