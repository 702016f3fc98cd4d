import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'

import { unavailable } from './errors.ts'

/** Where public keys come from: fixed ones, or the JWKS endpoint of whoever signs. */
export type KeySource =
  | { readonly jwks: JSONWebKeySet }
  | {
      readonly url: string
      readonly fetch?: typeof globalThis.fetch
      /** Look again after this time, 5 min when absent. */
      readonly maxAgeMs?: number
      /** Never look more often than this, also for unknown key ids; 5 s when absent. */
      readonly cooldownMs?: number
      readonly now?: () => number
    }

/** Public keys by `kid`. */
export interface KeySet {
  /** Throws `unavailable` when no key was ever known, jose's JWKSNoMatchingKey for an unknown one. */
  get(header: JWSHeaderParameters): Promise<CryptoKey>
  /** Fetches the keys unless known; for readiness probes. Throws `unavailable`. */
  ensure(): Promise<void>
}

/** Keys that were fetched once stay good while their source is down: only a newer answer replaces them. */
export function keySet(source: KeySource): KeySet {
  return 'jwks' in source ? localKeySet(source.jwks) : remoteKeySet(source)
}

function localKeySet(jwks: JSONWebKeySet): KeySet {
  const lookup = createLocalJWKSet(jwks)
  return { get: (header) => lookup(header), ensure: async () => {} }
}

type Remote = Extract<KeySource, { readonly url: string }>
type Lookup = ReturnType<typeof createLocalJWKSet>

function remoteKeySet({
  url,
  fetch = globalThis.fetch,
  maxAgeMs = 300_000,
  cooldownMs = 5000,
  // Not the clock of the wall: were that put back, new keys would not be found until it has caught up.
  now = () => performance.now(),
}: Remote): KeySet {
  let known: Lookup | undefined
  let triedAt = Number.NEGATIVE_INFINITY
  let fetchedAt = Number.NEGATIVE_INFINITY
  let pending: Promise<void> | undefined
  let failure: unknown

  async function load(): Promise<void> {
    triedAt = now()
    try {
      known = createLocalJWKSet(await fetchKeys(url, fetch))
      fetchedAt = now()
      failure = undefined
    } catch (cause) {
      failure = cause
    }
  }

  function refresh(): Promise<void> {
    if (!pending && now() - triedAt < cooldownMs) return Promise.resolve()
    pending ??= load().finally(() => {
      pending = undefined
    })
    return pending
  }

  async function current(): Promise<Lookup> {
    if (!known) await refresh()
    else if (now() - fetchedAt > maxAgeMs) void refresh()
    if (known) return known
    throw unavailable(`the signing keys at ${url} cannot be fetched`, {
      reason: 'KEYS_UNAVAILABLE',
      cause: failure,
    })
  }

  return {
    async get(header) {
      const lookup = await current()
      try {
        return await lookup(header)
      } catch (cause) {
        if (!(cause instanceof errors.JWKSNoMatchingKey)) throw cause
        await refresh()
        return (await current())(header)
      }
    },
    async ensure() {
      await current()
    },
  }
}

async function fetchKeys(url: string, fetch: typeof globalThis.fetch): Promise<JSONWebKeySet> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000), redirect: 'error' })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return (await response.json()) as JSONWebKeySet
}
