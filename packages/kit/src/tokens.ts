import { randomUUID, type KeyObject } from 'node:crypto'

import { errors, jwtVerify, SignJWT, type CryptoKey, type JWTPayload } from 'jose'

import { DomainError, unauthenticated } from './errors.ts'
import { keySet, type KeySet, type KeySource } from './key-set.ts'

export const TOKEN_ALGORITHM = 'ES256'

export interface TokenSigner {
  /** `jti` is random unless the claims bring one; no `exp` when `expiresInSeconds` is absent. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    options: { readonly audience: string; readonly expiresInSeconds?: number },
  ): Promise<string>
}

export interface TokenSignerOptions {
  /** P-256 private key. */
  readonly key: KeyObject | CryptoKey
  readonly kid: string
  readonly issuer: string
}

export function tokenSigner({ key, kid, issuer }: TokenSignerOptions): TokenSigner {
  return {
    sign(claims, { audience, expiresInSeconds }) {
      const token = new SignJWT({ jti: randomUUID(), ...claims })
        .setProtectedHeader({ alg: TOKEN_ALGORITHM, kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
      if (expiresInSeconds !== undefined) token.setExpirationTime(`${expiresInSeconds}s`)
      return token.sign(key)
    },
  }
}

export interface TokenVerifier {
  /**
   * The claims of a token that is signed, in time, and meant for this audience.
   * Throws `unauthenticated` with reason TOKEN_EXPIRED or TOKEN_INVALID, `unavailable` when no key is known.
   */
  verify(token: string): Promise<JWTPayload>
}

export interface TokenVerifierOptions {
  readonly keys: KeySource | KeySet
  readonly issuer: string
  readonly audience: string
  /** Seconds that clocks may differ; 5 when absent. */
  readonly clockToleranceSeconds?: number
}

export function tokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { issuer, audience, clockToleranceSeconds = 5 } = options
  const keys = 'get' in options.keys ? options.keys : keySet(options.keys)
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, (header) => keys.get(header), {
          algorithms: [TOKEN_ALGORITHM],
          issuer,
          audience,
          clockTolerance: clockToleranceSeconds,
        })
        return payload
      } catch (cause) {
        throw refusal(cause)
      }
    },
  }
}

function refusal(cause: unknown): DomainError {
  if (cause instanceof DomainError) return cause
  if (cause instanceof errors.JWTExpired) {
    return unauthenticated('the token has expired', { reason: 'TOKEN_EXPIRED', cause })
  }
  return unauthenticated('the token is not valid here', { reason: 'TOKEN_INVALID', cause })
}
