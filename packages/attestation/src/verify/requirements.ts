import { X509Certificate as NodeCertificate } from 'node:crypto'

import { X509Certificate } from '@sigstore/core'

import type { Bundle } from '../bundle/bundle.ts'
import { isForCodeSigning } from './certificate-purpose.ts'
import type { TrustRoot } from './trust-root.ts'
import { VerificationFailed } from './verification.ts'

export interface Requirements {
  /** Signed certificate timestamps, log entries and verified times that have to be there. */
  readonly ctlogThreshold: 0 | 1
  readonly tlogThreshold: 0 | 1
  readonly timestampThreshold: 0 | 1
}

/**
 * What must be there follows from whom the caller trusts, never from what the bundle has: a certificate needs a
 * verified time always, an SCT where the document of its authority lists CT logs; any signature needs a log's proof where it lists logs,
 * and a time where it lists somebody who could have told it.
 */
export function requirementsOf(trust: TrustRoot, bundle: Bundle): Requirements {
  const certified = bundle.certificate !== undefined
  const timed = certified || trust.listsTimestampAuthorities
  return {
    ctlogThreshold: isCtLogged(trust, bundle) ? 1 : 0,
    tlogThreshold: trust.listsLogs ? 1 : 0,
    timestampThreshold: timed ? 1 : 0,
  }
}

function isCtLogged({ ctLogged }: TrustRoot, { certificate }: Bundle): boolean {
  if (certificate === undefined) return false
  const issuer = readCertificate(certificate, (leaf) => leaf.issuer)
  return ctLogged.some((name) => name.equals(issuer))
}

/** Says what is missing, before anything is computed. */
export function assertPresent(
  bundle: Bundle,
  requirements: Requirements,
  { requireRfc3161 }: { readonly requireRfc3161: boolean },
): void {
  if (requirements.tlogThreshold > 0 && bundle.logEntryCount === 0) {
    throw new VerificationFailed(
      'log_entry_missing',
      'the bundle has no entry of a transparency log',
    )
  }
  if (bundle.timestamps.length === 0) assertOtherTime(bundle, requirements, requireRfc3161)
  if (bundle.certificate) assertSignerCertificate(bundle.certificate, requirements)
}

function assertOtherTime(
  bundle: Bundle,
  requirements: Requirements,
  requireRfc3161: boolean,
): void {
  if (requireRfc3161 || (requirements.timestampThreshold > 0 && bundle.logEntryCount === 0)) {
    throw new VerificationFailed('timestamp_missing', 'the bundle has no timestamp')
  }
}

function assertSignerCertificate(der: Uint8Array, requirements: Requirements): void {
  const { forSigning, stamped } = readCertificate(der, (certificate) => ({
    forSigning: isForCodeSigning(certificate),
    stamped: certificate.extSCT !== undefined,
  }))
  if (!forSigning) {
    throw new VerificationFailed(
      'certificate_not_for_signing',
      'the certificate of the signer is not for signing code',
    )
  }
  if (requirements.ctlogThreshold > 0 && !stamped) {
    throw new VerificationFailed(
      'sct_missing',
      'the certificate of the signer has no signed certificate timestamp',
    )
  }
}

/** The parser is lazy: what is wrong with a certificate shows when something is read of it. */
export function readCertificate<T>(der: Uint8Array, read: (certificate: X509Certificate) => T): T {
  try {
    const certificate = X509Certificate.parse(Buffer.from(der))
    if (!isExact(certificate, der)) throw new TypeError('it is not the DER that was signed')
    return read(certificate)
  } catch (cause) {
    throw new VerificationFailed('bundle_malformed', 'the certificate cannot be read', { cause })
  }
}

/** What stands around the signed part is as RFC 5280 §4.1 has it, so that one certificate has one spelling. */
function isExact(certificate: X509Certificate, der: Uint8Array): boolean {
  const [, , inner] = certificate.tbsCertificate.subs
  const [, outer] = certificate.root.subs
  const algorithm = inner?.toDER()
  return (
    new NodeCertificate(der).raw.equals(der) &&
    algorithm !== undefined &&
    outer !== undefined &&
    algorithm.equals(outer.toDER())
  )
}
