import type { Grants, ScriptHttpRequest, ScriptHttpResponse } from './script-language.ts'

export interface GuardedFetch {
  readonly fetch: (request: ScriptHttpRequest) => Promise<ScriptHttpResponse>
  /** Host names that were asked for and not allowed. */
  readonly refused: Set<string>
}

/** The granted fetch for allowed host names only; redirects are left to the script, so that each is looked at. */
export function guardedFetch({
  fetch,
  hostnames,
}: Pick<Grants, 'fetch' | 'hostnames'>): GuardedFetch | undefined {
  if (!fetch) return undefined
  const refused = new Set<string>()
  return {
    refused,
    async fetch(request) {
      const { hostname } = new URL(request.url)
      if (!hostnames.has(hostname.toLowerCase())) {
        refused.add(hostname)
        throw new Error(`unallowed host: ${hostname}`)
      }
      return fetch({ ...request, followRedirects: false })
    },
  }
}
