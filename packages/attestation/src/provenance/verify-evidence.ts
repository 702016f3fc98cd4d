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
  /** Who has to have signed: `<instance>/provenance`. Default: whomever the root certifies. */
  readonly verifier?: string | undefined
}

/**
 * What a provenance of the control plane proves. Signer and builder have to fit: the builder is named below the identity
 * in the certificate. Throws `VerificationFailed`.
 */
export function verifyProvenance(options: EvidenceOptions): Provenance {
  const { payload, signer } = verifySigned(options)
  const provenance = readWith(parseProvenance, payload)
  if (!provenance.builderId.startsWith(`${signer}/`)) {
    throw unexpected(`its builder ${provenance.builderId} is not one of ${signer}`)
  }
  return provenance
}

/** What a verification summary says, whatever its result. Throws `VerificationFailed`. */
export function verifySummary(options: EvidenceOptions): VerificationSummary {
  const { payload, signer } = verifySigned(options)
  const summary = readWith(parseSummary, payload)
  if (summary.verifier !== signer) {
    throw unexpected(`its verifier is ${summary.verifier}, but ${signer} signed it`)
  }
  return summary
}

interface Signed extends Pick<Verified, 'payload'> {
  /** Whom the certificate names. */
  readonly signer: string
}

function verifySigned({ bundle, trust, digest, verifier }: EvidenceOptions): Signed {
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
  const signer = verified.identity?.subject
  if (signer === undefined) throw unexpected('its certificate names nobody')
  return { payload: verified.payload, signer }
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
