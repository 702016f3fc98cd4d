import { fingerprintOfHint } from '@chainloop/attestation/verify/public-key'
import { VerificationFailed } from '@chainloop/attestation/verify/verification'
import type { Verified } from '@chainloop/attestation/verify/verification'
import type { VerifyOptions } from '@chainloop/attestation/verify/verify-bundle'

import type { Db } from '../db/db.ts'
import type { Run } from '../runs/run.ts'
import * as signers from '../signers/signer-repo.ts'
import { trustRootOf } from '../signers/signer-trust.ts'
import { maySignFor } from '../signers/signer.ts'
import type { Signer } from '../signers/signer.ts'
import type { Signing } from '../signing/signing.ts'
import { refuse } from './refusal.ts'

const FIELD = 'verificationMaterial.publicKey.hint'

/** The live signer with the key that the hint names, if it may sign for the project of the run. */
export async function keySigner(db: Db, run: Run, hint: string): Promise<Signer> {
  const fingerprint = fingerprintOfHint(hint)
  if (fingerprint === undefined) {
    throw refuse(
      'BUNDLE_NOT_VERIFIED',
      'the bundle does not say which key signed it: its hint has to be the base64 of the SHA-256 of the public key',
      { field: FIELD },
    )
  }
  const { organization, project } = run
  const found = await signers.list(db, {
    organizationId: organization.id,
    purpose: 'attestations',
    fingerprint,
  })
  const signer = found.find(({ kind }) => kind === 'public_key')
  if (!signer) {
    throw refuse(
      'SIGNER_UNKNOWN',
      `the key ${fingerprint} is no signer of ${organization.name}; an operator adds it by \`chainloop organization signer add --name NAME --public-key FILE --project ${project.name}\``,
      { field: FIELD },
    )
  }
  if (maySignFor(signer, [project.id])) return signer
  throw refuse(
    'SIGNER_NOT_TRUSTED',
    `the signer ${signer.name} (${fingerprint}) may not sign for project ${project.name}`,
    { field: FIELD },
  )
}

/** Signers that certify others, as far as they may for the project of the run. */
export async function authoritiesFor(db: Db, { organization, project }: Run): Promise<Signer[]> {
  const found = await signers.list(db, {
    organizationId: organization.id,
    purpose: 'attestations',
  })
  return found.filter((one) => one.kind !== 'public_key' && maySignFor(one, [project.id]))
}

/** How a bundle of this signer is verified. */
export function verificationBy(
  signer: Signer,
  signing: Pick<Signing, 'trust'>,
): Omit<VerifyOptions, 'bundle'> {
  const { kind, material, identity, issuer } = signer
  return {
    trust: trustRootOf(signer, signing),
    ...(kind === 'public_key' && { key: Buffer.from(material).toString('utf8') }),
    ...(identity !== '' && { identity: { pattern: identity } }),
    ...(issuer !== '' && { issuer }),
  }
}

/** All verified times are within the signer's window. Throws `VerificationFailed`. */
export function assertInWindow(
  { name, notBefore, notAfter }: Signer,
  { timestamps }: Pick<Verified, 'timestamps'>,
): void {
  const outside = timestamps.find(
    // Timestamps have whole seconds.
    ({ time }) => +time + 999 < +notBefore || (notAfter !== undefined && time > notAfter),
  )
  if (!outside) return
  throw new VerificationFailed(
    'timestamp_invalid',
    `the signer ${name} may sign from ${notBefore.toISOString()} to ${notAfter?.toISOString() ?? 'ever'}, not at ${outside.time.toISOString()}`,
  )
}
