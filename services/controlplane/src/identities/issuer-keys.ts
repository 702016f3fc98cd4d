import { parseAllowList } from '@chainloop/kit/egress/allow-list'
import { createGuardedFetch, type GuardedFetch } from '@chainloop/kit/egress/guarded-fetch'
import { type KeySet, keySet } from '@chainloop/kit/key-set'

/** The signing keys of an issuer, found by OpenID Connect Discovery 1.0 §4 and kept while its issuer is down. */
export interface IssuerKeys extends AsyncDisposable {
  /** Fetches nothing until a key is asked for. */
  of(issuer: string): KeySet
}

/** Only issuers that an operator named in a rule get here; the oldest makes room. */
const MAX_ISSUERS = 1000
const MAX_AGE_MS = 3_600_000

export function createIssuerKeys(allow: readonly string[]): IssuerKeys {
  const fetch = createGuardedFetch({ allow, timeoutMs: 5000, maxResponseBytes: 256 << 10 })
  const isSafe = safeAddress(allow)
  const known = new Map<string, KeySet>()

  return {
    of(issuer) {
      const keys = known.get(issuer) ?? discovered(issuer, { fetch, isSafe })
      known.delete(issuer)
      known.set(issuer, keys)
      const oldest = known.keys().next().value
      if (known.size > MAX_ISSUERS && oldest !== undefined) known.delete(oldest)
      return keys
    },
    [Symbol.asyncDispose]: () => fetch[Symbol.asyncDispose](),
  }
}

interface Egress {
  readonly fetch: GuardedFetch
  readonly isSafe: (address: string) => boolean
}

function discovered(issuer: string, { fetch, isSafe }: Egress): KeySet {
  const configuration = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`

  async function get(address: string): Promise<string> {
    if (!isSafe(address)) throw new Error(`${address} is not https`)
    const response = await fetch(address, { headers: { accept: 'application/json' } })
    const text = await response.text()
    if (!response.ok) throw new Error(`${address} answered ${response.status}`)
    return text
  }

  async function fetchKeys(): Promise<Response> {
    const found: unknown = JSON.parse(await get(configuration))
    return new Response(await get(keysAddress(found, issuer)))
  }
  return keySet({ url: configuration, fetch: fetchKeys, maxAgeMs: MAX_AGE_MS })
}

function keysAddress(configuration: unknown, issuer: string): string {
  if (typeof configuration !== 'object' || configuration === null)
    throw new Error('no configuration')
  if (!('issuer' in configuration) || configuration.issuer !== issuer) {
    throw new Error('the configuration is of another issuer')
  }
  if (!('jwks_uri' in configuration) || typeof configuration.jwks_uri !== 'string') {
    throw new Error('the configuration names no keys')
  }
  return configuration.jwks_uri
}

/** https, but for hosts that the operator of this instance has opened by name. */
export function safeAddress(allow: readonly string[]): (address: string) => boolean {
  const allowed = parseAllowList(allow)
  return (address) => {
    const url = URL.parse(address)
    if (!url || url.username !== '' || url.password !== '') return false
    if (url.protocol === 'https:') return true
    const port = Number(url.port) || 80
    const host = url.hostname.replace(/^\[|\]$/g, '')
    return (
      url.protocol === 'http:' &&
      (allowed.allowsHost(host, port) || allowed.allowsAddress(host, port))
    )
  }
}
