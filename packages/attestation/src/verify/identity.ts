import { RE2JS, RE2JSException } from 're2js'

import type { Expected, VerifiedIdentity } from './verification.ts'
import { VerificationFailed } from './verification.ts'

export interface ExpectedIdentity {
  readonly identity?: Expected | undefined
  readonly issuer?: Expected | undefined
}

/** The signer is who the caller expects. A signature by a key has no identity, so nothing matches it. */
export function assertIdentity(
  { identity, issuer }: ExpectedIdentity,
  found: VerifiedIdentity | undefined,
): void {
  if (identity !== undefined && !matches(identity, found?.subject)) {
    throw new VerificationFailed(
      'identity_mismatch',
      `signed by ${shown(found?.subject)}, not by ${described(identity)}`,
    )
  }
  if (issuer !== undefined && !matches(issuer, found?.issuer)) {
    throw new VerificationFailed(
      'issuer_mismatch',
      `the identity was issued by ${shown(found?.issuer)}, not by ${described(issuer)}`,
    )
  }
}

/** A pattern has to match all of the value: a prefix of somebody's name is somebody else's. */
export function matches(expected: Expected, value: string | undefined): boolean {
  if (value === undefined) return false
  return typeof expected === 'string'
    ? expected === value
    : compilePattern(expected.pattern).matches(value)
}

/** The pattern is none. */
export class InvalidPattern extends Error {
  override readonly name = 'InvalidPattern'
}

/** RE2: names come from strangers, and no pattern may take for ever on one of them. Throws `InvalidPattern`. */
export function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (cause) {
    if (cause instanceof RE2JSException) throw new InvalidPattern(cause.message, { cause })
    throw cause
  }
}

function described(expected: Expected): string {
  return typeof expected === 'string' ? expected : `what matches ${expected.pattern}`
}

function shown(value: string | undefined): string {
  return value ?? 'nobody who is named'
}
