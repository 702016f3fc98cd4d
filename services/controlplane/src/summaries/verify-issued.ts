import { parseDigest, sha256 } from '@chainloop/attestation/digest'
import { verifyProvenance } from '@chainloop/attestation/provenance/verify-evidence'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { VerificationFailed } from '@chainloop/attestation/verify/verification'

import type { IssuedProvenance, ProvenanceSubject } from '../provenance/provenance.ts'
import { invocationId } from '../provenance/render-provenance.ts'
import type { Run } from '../runs/run.ts'

/** Why the stored provenance does not prove what it should, as anybody else would find; nothing: it does. */
export function verifyIssued(parts: {
  readonly provenance: Pick<IssuedProvenance, 'bundle' | 'digest'>
  readonly run: Run
  readonly subject: ProvenanceSubject
  /** JSON of the trusted root; with a log its proof has to be there. */
  readonly trust: Uint8Array
}): string[] {
  const { provenance, run, subject, trust } = parts
  if (sha256(provenance.bundle) !== provenance.digest) {
    return ['the stored provenance is not that of its digest']
  }
  try {
    const proven = verifyProvenance({
      bundle: provenance.bundle,
      trust: parseTrustRoot(trust),
      digest: parseDigest(subject.digest),
    })
    return proven.invocationId === invocationId(run)
      ? []
      : ['the provenance is that of another run']
  } catch (cause) {
    if (!(cause instanceof VerificationFailed)) throw cause
    return [`the provenance does not verify: ${cause.message}`]
  }
}
