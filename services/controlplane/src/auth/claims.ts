import type { JWTPayload } from 'jose'

import { invalidToken } from './tokens.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The ids that a verified token must carry to be looked up at all. */
export function requireIds<const N extends string>(
  claims: JWTPayload,
  names: readonly N[],
): Readonly<Record<N, string>> {
  const entries = names.map((name) => {
    const value = claims[name]
    if (typeof value !== 'string' || !UUID.test(value)) throw invalidToken()
    return [name, value] as const
  })
  return Object.fromEntries(entries) as Record<N, string>
}
