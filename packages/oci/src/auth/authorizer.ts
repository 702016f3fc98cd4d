import { OciError } from '../errors.ts'
import { isLoopback } from '../transport/loopback.ts'
import type { Answer, Outgoing } from '../transport/send-once.ts'
import { parseChallenges, type Challenge } from './challenge.ts'
import { basic, type Credentials, type CredentialsProvider } from './credentials.ts'
import { fetchToken } from './fetch-token.ts'
import { createTokenCache } from './token-cache.ts'

/** Turns the challenges of one registry into `Authorization` headers. */
export interface Authorizer {
  /** What to send right away, by what is known of the registry. */
  headerFor(scopes: readonly string[], signal?: AbortSignal): Promise<string | undefined>
  /** What to send after a 401 that answered `refused`; undefined: there is nothing better. */
  afterChallenge(challenged: Challenged): Promise<string | undefined>
}

export interface Challenged {
  readonly header: string | readonly string[] | undefined
  readonly scopes: readonly string[]
  readonly refused: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface AuthorizerOptions {
  /** `host[:port]`, for the provider. */
  readonly registry: string
  readonly base: URL
  readonly credentials: CredentialsProvider | undefined
  readonly send: (outgoing: Outgoing) => Promise<Answer>
}

interface TokenServer {
  readonly realm: URL
  readonly service: string | undefined
}

type Scheme = { readonly kind: 'basic' } | ({ readonly kind: 'bearer' } & TokenServer)

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const tokens = createTokenCache()
  let scheme: Scheme | undefined

  const login = async (signal?: AbortSignal): Promise<Credentials | undefined> =>
    options.credentials?.(options.registry, signal)

  const tokenFor = async (
    server: TokenServer,
    scopes: readonly string[],
    signal?: AbortSignal,
  ): Promise<string> =>
    tokens.get(scopes, async () => {
      const credentials = await login(signal)
      if (credentials !== undefined && 'registryToken' in credentials) {
        return { token: credentials.registryToken, expiresAt: Number.POSITIVE_INFINITY }
      }
      return fetchToken(options.send, { ...server, scopes, credentials, signal })
    })

  async function headerFor(
    scopes: readonly string[],
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    if (scheme === undefined) return undefined
    if (scheme.kind === 'bearer') return `Bearer ${await tokenFor(scheme, scopes, signal)}`
    const credentials = await login(signal)
    return credentials !== undefined && 'username' in credentials ? basic(credentials) : undefined
  }

  return {
    headerFor,

    async afterChallenge({ header, scopes, refused, signal }) {
      const challenges = parseChallenges(header)
      scheme = schemeOf(challenges, options.base)
      const wanted = withScopes(scopes, challenges)
      if (refused !== undefined) tokens.forget(wanted)
      const next = await headerFor(wanted, signal)
      if (next === refused) return undefined
      tokens.alias(scopes, wanted)
      return next
    },
  }
}

function schemeOf(challenges: readonly Challenge[], base: URL): Scheme | undefined {
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  if (bearer !== undefined) {
    const realm = realmOf(bearer.parameters.get('realm'), base)
    return { kind: 'bearer', realm, service: bearer.parameters.get('service') }
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { kind: 'basic' } : undefined
}

/** The login goes there: over TLS, or where cleartext was agreed to. */
function realmOf(text: string | undefined, base: URL): URL {
  const realm = text === undefined ? null : URL.parse(text)
  if (realm === null || realm.username !== '' || realm.password !== '') {
    throw new OciError('malformed', `${base.host} names no token server that can be asked`)
  }
  const cleartext =
    realm.protocol === 'http:' &&
    base.protocol === 'http:' &&
    (realm.hostname === base.hostname || isLoopback(realm.host))
  if (realm.protocol !== 'https:' && !cleartext) {
    throw new OciError('refused', `${base.host} wants the login sent to ${realm.host} in cleartext`)
  }
  return realm
}

/** Ours, and what the registry names besides (a proxy may know the repository by another name). */
function withScopes(
  scopes: readonly string[],
  challenges: readonly Challenge[],
): readonly string[] {
  const named = challenges.find(({ scheme }) => scheme === 'bearer')?.parameters.get('scope')
  const further = (named?.split(' ') ?? []).filter(
    (scope) => scope !== '' && !scopes.some((own) => covers(own, scope)),
  )
  return [...scopes, ...further]
}

/** `repository:a:pull,push` covers `repository:a:pull`. */
function covers(own: string, other: string): boolean {
  const [place, actions] = splitScope(own)
  const [otherPlace, otherActions] = splitScope(other)
  return place === otherPlace && otherActions.every((action) => actions.includes(action))
}

function splitScope(scope: string): [place: string, actions: readonly string[]] {
  const colon = scope.lastIndexOf(':')
  return [scope.slice(0, colon), scope.slice(colon + 1).split(',')]
}
