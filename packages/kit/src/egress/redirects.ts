import { EgressRefused } from './guard.ts'

/** What may follow a request to another origin: nothing that identifies or authorizes the sender. */
const harmlessHeaders = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-type',
  'user-agent',
])

export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
}

/**
 * The request that a redirect asks for, or undefined when the answer is to be handed to the caller as it is: a status
 * that would turn the request into a GET without its body is never followed silently (RFC 9110 §15.4).
 */
export function nextHop(hop: Hop, status: number, location: string | null): Hop | undefined {
  if (location === null || !isFollowed(status, hop.method)) return undefined
  const url = URL.parse(location, hop.url.href)
  if (!url) throw new EgressRefused('the redirect has no readable location')
  if (hop.url.protocol === 'https:' && url.protocol !== 'https:') {
    throw new EgressRefused(`the redirect from https to ${url.protocol.slice(0, -1)} is refused`)
  }
  return { url, method: hop.method, headers: headersFor(hop, url) }
}

function isFollowed(status: number, method: string): boolean {
  if (status === 307 || status === 308) return true
  const safe = method === 'GET' || method === 'HEAD'
  return safe && (status === 301 || status === 302 || status === 303)
}

function headersFor(hop: Hop, url: URL): Headers {
  if (url.origin === hop.url.origin) return hop.headers
  return new Headers([...hop.headers].filter(([name]) => harmlessHeaders.has(name)))
}
