import type { AccessToken } from './fetch-token.ts'

/** Access tokens by what they are good for; each is asked for once, however many wait for it. */
export interface TokenCache {
  get(scopes: readonly string[], fetch: () => Promise<AccessToken>): Promise<string>
  /** Lets the token of one list of scopes serve another, too. */
  alias(scopes: readonly string[], known: readonly string[]): void
  forget(scopes: readonly string[]): void
}

/** A token is renewed this long before it ends, so that it does not end on the way. */
const MARGIN_MS = 10_000
const MAX_TOKENS = 256

export function createTokenCache(): TokenCache {
  const tokens = new Map<string, Promise<AccessToken>>()

  function remember(key: string, token: Promise<AccessToken>): void {
    tokens.delete(key)
    tokens.set(key, token)
    const [oldest] = tokens.keys()
    if (tokens.size > MAX_TOKENS && oldest !== undefined) tokens.delete(oldest)
  }

  return {
    async get(scopes, fetch) {
      const key = scopes.join(' ')
      const known = await tokens.get(key)?.catch(() => undefined)
      if (known !== undefined && known.expiresAt - MARGIN_MS > Date.now()) return known.token

      const fresh = fetch()
      remember(key, fresh)
      try {
        return (await fresh).token
      } catch (cause) {
        if (tokens.get(key) === fresh) tokens.delete(key)
        throw cause
      }
    },

    alias(scopes, known) {
      const token = tokens.get(known.join(' '))
      if (token !== undefined) remember(scopes.join(' '), token)
    },

    forget: (scopes) => void tokens.delete(scopes.join(' ')),
  }
}
