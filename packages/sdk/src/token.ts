import type { AuthInfo } from '@chainloop/attestation/predicate/crafting-state'

/** What a token says about itself: read, not verified. */
export interface TokenDescription {
  readonly kind: 'api token' | 'user' | 'run' | 'federated' | 'unknown'
  readonly id: string
  /** Empty: not bound to a project. */
  readonly project: string
  readonly expiresAt: Date | undefined
}

interface Claims {
  readonly aud?: unknown
  readonly jti?: unknown
  readonly iss?: unknown
  readonly user_id?: unknown
  readonly project_name?: unknown
  readonly exp?: unknown
}

const KINDS: Readonly<Record<string, TokenDescription['kind']>> = {
  'api-token-auth.chainloop': 'api token',
  'user-auth.chainloop': 'user',
  'run.chainloop': 'run',
  chainloop: 'federated',
}

export function describeToken(token: string): TokenDescription {
  const claims = claimsOf(token)
  const kind = kindOf(claims)
  return {
    kind,
    id: idOf(kind, claims),
    project: asText(claims.project_name),
    expiresAt: typeof claims.exp === 'number' ? new Date(claims.exp * 1000) : undefined,
  }
}

/** Who the statement says has attested; undefined for a token of another make. */
export function authInfo(token: string): AuthInfo | undefined {
  const { kind, id } = describeToken(token)
  if (kind === 'api token') return { type: 'AUTH_TYPE_API_TOKEN', id }
  if (kind === 'user') return { type: 'AUTH_TYPE_USER', id }
  return kind === 'federated' ? { type: 'AUTH_TYPE_FEDERATED', id } : undefined
}

function idOf(kind: TokenDescription['kind'], claims: Claims): string {
  if (kind === 'user') return asText(claims.user_id)
  return asText(kind === 'federated' ? claims.iss : claims.jti)
}

function kindOf({ aud }: Claims): TokenDescription['kind'] {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return audiences.map((one) => KINDS[String(one)]).find((kind) => kind !== undefined) ?? 'unknown'
}

function claimsOf(token: string): Claims {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    )
    return typeof payload === 'object' && payload !== null ? payload : {}
  } catch {
    return {}
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
