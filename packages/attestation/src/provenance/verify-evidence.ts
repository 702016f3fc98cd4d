import type { Digest } from '../digest.ts'
import { STATEMENT_MEDIA_TYPE } from '../predicate/predicate.ts'
import type { TrustRoot } from '../verify/trust-root.ts'
import { VerificationFailed, type Verified } from '../verify/verification.ts'
import { verifyBundle } from '../verify/verify-bundle.ts'
import { InvalidProvenance, parseProvenance, type Provenance } from './provenance.ts'
import { InvalidSummary, parseSummary, type VerificationSummary } from './verification-summary.ts'

export interface EvidenceOptions {
  /** Exact bytes of the bundle. */
  readonly bundle: Uint8Array
  /** The root of provenance, never that of attestations: `trusted_root.provenance.json`. */
  readonly trust: TrustRoot
  /** The artifact that it has to be about. */
  readonly digest: Digest
  /** Who has to have signed: `<instance>/provenance`. */
  readonly verifier: string
}

/**
 * What a provenance of the control plane proves. Signer and builder have to fit: the builder is named below the identity
 * in the certificate. Throws `VerificationFailed`.
 */
export function verifyProvenance(options: EvidenceOptions): Provenance {
  const provenance = readWith(parseProvenance, verifySigned(options).payload)
  if (!provenance.builderId.startsWith(`${options.verifier}/`)) {
    throw unexpected(`its builder ${provenance.builderId} is not one of ${options.verifier}`)
  }
  return provenance
}

/** What a verification summary says, whatever its result. Throws `VerificationFailed`. */
export function verifySummary(options: EvidenceOptions): VerificationSummary {
  const summary = readWith(parseSummary, verifySigned(options).payload)
  if (summary.verifier !== options.verifier) {
    throw unexpected(`its verifier is ${summary.verifier}, but ${options.verifier} signed it`)
  }
  return summary
}

function verifySigned({ bundle, trust, digest, verifier }: EvidenceOptions): Verified {
  const verified = verifyBundle({
    bundle,
    trust,
    artifact: digest,
    identity: verifier,
    requireRfc3161: true,
  })
  if (verified.payloadType !== STATEMENT_MEDIA_TYPE) {
    throw unexpected(`its payload is of type ${verified.payloadType ?? 'none'}`)
  }
  return verified
}

function readWith<T>(read: (bytes: Uint8Array) => T, payload: Uint8Array): T {
  try {
    return read(payload)
  } catch (cause) {
    if (!(cause instanceof InvalidProvenance) && !(cause instanceof InvalidSummary)) throw cause
    throw unexpected(cause.message, cause)
  }
}

function unexpected(problem: string, cause?: unknown): VerificationFailed {
  return new VerificationFailed('statement_unexpected', problem, { cause })
}
