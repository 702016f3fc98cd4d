import type { IncomingMessage } from 'node:http'

/** `__Host-` keeps other hosts of the same domain from setting them, where there is TLS. */
function fullName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name
}

export function readCookie(
  { headers }: IncomingMessage,
  { name, secure }: { readonly name: string; readonly secure: boolean },
): string | undefined {
  const wanted = `${fullName(name, secure)}=`
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(wanted))?.slice(wanted.length)
}

export interface Cookie {
  readonly name: string
  /** Empty: to be forgotten. */
  readonly value: string
  readonly secure: boolean
  readonly maxAgeSeconds: number
  readonly sameSite: 'Lax' | 'Strict'
}

export function cookieHeader({ name, value, secure, maxAgeSeconds, sameSite }: Cookie): string {
  const parts = [
    `${fullName(name, secure)}=${value}`,
    'Path=/',
    `Max-Age=${value === '' ? 0 : maxAgeSeconds}`,
    'HttpOnly',
    `SameSite=${sameSite}`,
    ...(secure ? ['Secure'] : []),
  ]
  return parts.join('; ')
}
