import { forbidden, unauthenticated, unavailable } from '@chainloop/kit/errors'
import * as oidc from 'openid-client'

import type { Config } from '../config.ts'

/** Who somebody verifiably is. */
export interface VerifiedIdentity {
  readonly issuer: string
  readonly subject: string
  /** Lower case; the provider says that it is theirs. */
  readonly email: string
  readonly firstName: string
  readonly lastName: string
}

/** What one sign-in is bound to, from its beginning to its end. */
export interface Checks {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

export interface IdentityProvider {
  /** Where the browser goes, and what has to fit when it comes back. */
  begin(redirectUri: string): Promise<{ readonly url: URL; readonly checks: Checks }>
  /** Throws `unauthenticated` for what does not fit, `forbidden` without a verified address. */
  finish(returnedTo: URL, checks: Checks): Promise<VerifiedIdentity>
}

type ProviderConfig = Pick<
  Config,
  'oidcIssuer' | 'oidcClientId' | 'oidcClientSecret' | 'oidcScopes'
>

const TIMEOUT_SECONDS = 10
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Undefined when people cannot sign in here. */
export function createIdentityProvider(config: ProviderConfig): IdentityProvider | undefined {
  const { oidcIssuer, oidcClientId } = config
  if (oidcIssuer === undefined) return undefined
  if (oidcClientId === undefined) {
    throw new Error('with CHAINLOOP_OIDC_ISSUER, set CHAINLOOP_OIDC_CLIENT_ID')
  }
  const issuer = new URL(oidcIssuer)
  if (issuer.protocol !== 'https:' && !LOOPBACK.has(issuer.hostname)) {
    throw new Error('CHAINLOOP_OIDC_ISSUER has to be an https URL')
  }
  const discovered = onceItWorks(() => discover(issuer, { ...config, oidcClientId }))
  return {
    async begin(redirectUri) {
      const checks = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        codeVerifier: oidc.randomPKCECodeVerifier(),
      }
      const url = oidc.buildAuthorizationUrl(await discovered(), {
        redirect_uri: redirectUri,
        scope: config.oidcScopes.join(' '),
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.codeVerifier),
        code_challenge_method: 'S256',
      })
      return { url, checks }
    },

    async finish(returnedTo, checks) {
      const provider = await discovered()
      const tokens = await grant(provider, returnedTo, checks)
      const claims = tokens.claims()
      if (!claims) throw refused()
      const isThere = claims['email'] !== undefined && claims['email_verified'] !== undefined
      const more = isThere ? {} : await userInfo(provider, tokens.access_token, claims.sub)
      return toIdentity({ ...more, ...claims })
    },
  }
}

function discover(
  issuer: URL,
  config: ProviderConfig & { readonly oidcClientId: string },
): Promise<oidc.Configuration> {
  const { oidcClientId, oidcClientSecret: secret } = config
  return oidc.discovery(
    issuer,
    oidcClientId,
    undefined,
    secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret),
    {
      timeout: TIMEOUT_SECONDS,
      // Loopback only: see above.
      execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
    },
  )
}

async function grant(provider: oidc.Configuration, returnedTo: URL, checks: Checks) {
  try {
    return await oidc.authorizationCodeGrant(provider, returnedTo, {
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      pkceCodeVerifier: checks.codeVerifier,
      idTokenExpected: true,
    })
  } catch (cause) {
    throw refused(cause)
  }
}

async function userInfo(provider: oidc.Configuration, accessToken: string, subject: string) {
  try {
    return await oidc.fetchUserInfo(provider, accessToken, subject)
  } catch (cause) {
    throw refused(cause)
  }
}

function refused(cause?: unknown): Error {
  return unauthenticated('the identity provider did not confirm the sign-in', {
    reason: 'SIGN_IN_REFUSED',
    cause,
  })
}

type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string }

function toIdentity(claims: Claims): VerifiedIdentity {
  const { iss, sub, email, email_verified: isVerified } = claims
  if (typeof email !== 'string' || email === '') {
    throw forbidden('the identity provider tells no e-mail address', { reason: 'EMAIL_MISSING' })
  }
  // Some providers say it as text.
  if (isVerified !== true && isVerified !== 'true') {
    throw forbidden(`the identity provider has not verified that ${email} is yours`, {
      reason: 'EMAIL_NOT_VERIFIED',
    })
  }
  return {
    issuer: iss,
    subject: sub,
    email: email.toLowerCase(),
    firstName: asName(claims['given_name']),
    lastName: asName(claims['family_name']),
  }
}

const MAX_NAME_LENGTH = 100

function asName(claim: unknown): string {
  return typeof claim === 'string' ? claim.slice(0, MAX_NAME_LENGTH) : ''
}

/** A provider that was down at the first attempt is asked again at the next. */
function onceItWorks<T>(attempt: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined
  return async () => {
    pending ??= attempt()
    try {
      return await pending
    } catch (cause) {
      pending = undefined
      throw unavailable('the identity provider does not answer', {
        reason: 'IDENTITY_PROVIDER_UNAVAILABLE',
        cause,
      })
    }
  }
}
