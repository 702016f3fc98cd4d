import type { Grants } from '@chainloop/policy/languages/script-language'

/** Asked by policies that are published for everybody. */
const BUILT_IN_HOSTNAMES = ['www.chainloop.dev', 'www.cisa.gov']

/** What policies may reach on this machine: allowed hosts, without any credentials of ours. */
export function grants({
  hostnames,
  print,
}: {
  readonly hostnames: readonly string[]
  readonly print?: Grants['print']
}): Grants {
  return {
    hostnames: new Set([...BUILT_IN_HOSTNAMES, ...hostnames]),
    ...(print && { print }),
    async fetch({ method, url, headers, body, timeoutMs }) {
      const response = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body !== undefined && { body }),
      })
      return {
        status: response.status,
        statusText: response.statusText,
        headers: Object.fromEntries([...response.headers].map(([name, value]) => [name, [value]])),
        body: await response.text(),
      }
    },
  }
}
