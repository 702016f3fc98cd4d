import { unauthenticated } from '@chainloop/kit/errors'
import type { TokenVerifier } from '@chainloop/kit/tokens'

import { type Digest, toDigest } from '../digest.ts'

/** A maintainer is the control plane itself: it tries, copies, checks and removes. */
export type Role = 'uploader' | 'downloader' | 'maintainer'

/** What a transfer token allows. */
export interface Transfer {
  /** The token itself: the control plane wants it with the receipt. */
  readonly token: string
  readonly id: string
  readonly organizationId: string
  readonly backendId: string
  /** Counts the rotations of the backend's credentials. */
  readonly credentialsVersion: number
  /** Credentials on trial, which are not the backend's yet. */
  readonly candidateId: string | undefined
  readonly provider: string
  readonly location: string
  readonly role: Role
  /** Bytes; undefined is no limit. */
  readonly maxBytes: number | undefined
  /** Undefined: any. */
  readonly digest: Digest | undefined
  /** Bytes; undefined: any. */
  readonly size: number | undefined
  /** The project holds `digest` already, and may be told so before it has sent the bytes. */
  readonly possessed: boolean
}

/** Throws `unauthenticated` unless the token is a good one for this role (TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, WRONG_ROLE). */
export async function authenticate(
  verifier: TokenVerifier,
  token: string | undefined,
  needed: Role,
): Promise<Transfer> {
  if (!token) throw unauthenticated('this call needs a transfer token', { reason: 'TOKEN_MISSING' })
  const transfer = parseTransfer(token, await verifier.verify(token))
  if (transfer.role !== needed) {
    throw unauthenticated(`the token is for a ${transfer.role}, not for a ${needed}`, {
      reason: 'WRONG_ROLE',
    })
  }
  return transfer
}

type Claims = Readonly<Record<string, unknown>>

function parseTransfer(token: string, claims: Claims): Transfer {
  const digest = optional(claims, 'digest', text)
  const transfer = {
    token,
    id: text(claims['jti']),
    organizationId: text(claims['org_id']),
    backendId: text(claims['backend_id']),
    credentialsVersion: count(claims['credentials_version'] ?? 0),
    candidateId: optional(claims, 'candidate_id', text),
    provider: text(claims['provider']),
    location: text(claims['location']),
    role: parseRole(claims['role']),
    maxBytes: count(claims['max_bytes'] ?? 0) || undefined,
    digest: digest === undefined ? undefined : (toDigest(digest) ?? refuse()),
    size: optional(claims, 'size', count),
    possessed: claims['possessed'] === true,
  }
  return transfer
}

function optional<T>(claims: Claims, name: string, parse: (value: unknown) => T): T | undefined {
  return claims[name] === undefined ? undefined : parse(claims[name])
}

function text(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : refuse()
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse()
}

function parseRole(value: unknown): Role {
  return value === 'uploader' || value === 'downloader' || value === 'maintainer' ? value : refuse()
}

function refuse(): never {
  throw unauthenticated('the token does not describe a transfer', { reason: 'TOKEN_INVALID' })
}
