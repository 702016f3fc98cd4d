import { OciError } from '../errors.ts'
import { readBounded } from '../transport/read-bounded.ts'
import type { Outgoing } from '../transport/send-once.ts'
import { headerOf, type Answer } from '../transport/send-once.ts'
import { basic, type Credentials } from './credentials.ts'

export interface AccessToken {
  readonly token: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface TokenRequest {
  readonly realm: URL
  readonly service: string | undefined
  /** `repository:acme/web:pull,push` */
  readonly scopes: readonly string[]
  readonly credentials: Credentials | undefined
  readonly signal?: AbortSignal | undefined
}

const MAX_TOKEN_BYTES = 256 << 10
/** What the token server means where it does not say (docker token specification, `expires_in`). */
const DEFAULT_SECONDS = 60
const CLIENT = 'chainloop'

/**
 * Asks a token server (docker "Token Authentication Specification"; with an identity token, its "OAuth2 Token
 * Authentication"). Redirects are not followed: the request carries the login.
 */
export async function fetchToken(
  send: (outgoing: Outgoing) => Promise<Answer>,
  request: TokenRequest,
): Promise<AccessToken> {
  const askedAt = Date.now()
  const answer = await send(outgoingOf(request))
  if (answer.status !== 200) {
    await answer.discard()
    throw refusal(request, answer)
  }
  return tokenIn(await readBounded(answer.body, MAX_TOKEN_BYTES), askedAt)
}

function outgoingOf({ realm, service, scopes, credentials, signal }: TokenRequest): Outgoing {
  if (credentials !== undefined && 'identityToken' in credentials) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: CLIENT,
      refresh_token: credentials.identityToken,
      scope: scopes.join(' '),
      ...(service !== undefined && { service }),
    })
    return {
      method: 'POST',
      url: realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
      signal,
    }
  }
  const url = new URL(realm)
  url.searchParams.set('client_id', CLIENT)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  const login = credentials !== undefined && 'username' in credentials ? credentials : undefined
  return { method: 'GET', url, headers: login ? { authorization: basic(login) } : {}, signal }
}

function refusal({ realm, credentials }: TokenRequest, answer: Answer): OciError {
  const status = { status: answer.status }
  if (answer.status >= 500 || answer.status === 429) {
    const after = headerOf(answer, 'retry-after')
    const when = after === undefined ? '' : ` (again after ${after})`
    return new OciError('unavailable', `${realm.host} gives no token now${when}`, status)
  }
  const why = credentials === undefined ? 'without a login' : 'for this login'
  return new OciError('unauthorized', `${realm.host} gives no token ${why}`, status)
}

function tokenIn(body: Buffer, askedAt: number): AccessToken {
  const { token, access_token: accessToken, expires_in: seconds } = objectIn(body)
  const value = typeof token === 'string' && token !== '' ? token : accessToken
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
    throw new OciError('malformed', 'the token server answered without a token')
  }
  const lifetime =
    typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0
      ? seconds
      : DEFAULT_SECONDS
  return { token: value, expiresAt: askedAt + lifetime * 1000 }
}

function objectIn(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new OciError('malformed', 'the token server answered with something else than JSON')
}
