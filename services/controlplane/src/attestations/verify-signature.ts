import { InvalidBundle, parseBundle } from '@chainloop/attestation/bundle/bundle'
import type { Bundle } from '@chainloop/attestation/bundle/bundle'
import { VerificationFailed } from '@chainloop/attestation/verify/verification'
import type { Verified } from '@chainloop/attestation/verify/verification'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'
import type { VerifyOptions } from '@chainloop/attestation/verify/verify-bundle'

import type { Context } from '../context.ts'
import type { Run } from '../runs/run.ts'
import type { Signer } from '../signers/signer.ts'
import { fingerprintOf } from '../signing/job-ca.ts'
import * as certificates from '../signing/run-certificate-repo.ts'
import type { Signing } from '../signing/signing.ts'
import { assertNothingUnverified } from './bundle-shape.ts'
import { refuse } from './refusal.ts'
import { assertInWindow, authoritiesFor, keySigner, verificationBy } from './registered-signers.ts'

/** A signature that counts, and whose it is. */
export interface VerifiedSignature {
  readonly verified: Verified
  /** Undefined: a certificate that the job CA issued to this very run. */
  readonly signer: Signer | undefined
}

export interface SignatureDeps extends Pick<Context, 'db'> {
  readonly signing: Pick<Signing, 'trust'>
}

/** Clocks of two machines may differ by this much. */
const CLOCK_SKEW_MS = 60_000

/**
 * The bundle is signed with a certificate that was issued to this very run, or by a signer that may sign for its project,
 * and stamped by a timestamp authority of this instance. Nothing else is believed.
 */
export async function verifySignature(
  deps: SignatureDeps,
  run: Run,
  bytes: Uint8Array,
): Promise<VerifiedSignature> {
  const bundle = readBundle(bytes)
  assertNothingUnverified(bundle.json)
  if (bundle.publicKeyHint !== undefined) {
    const signer = await keySigner(deps.db, run, bundle.publicKeyHint)
    return { verified: verifiedBy(deps, signer, bytes), signer }
  }
  const identity = await identityIn(deps, run, bundle)
  if (identity === undefined) return verifiedByAuthority(deps, run, bytes)
  const trust = deps.signing.trust.root
  return { verified: verified(bytes, { trust, identity }), signer: undefined }
}

function readBundle(bytes: Uint8Array): Bundle {
  try {
    return parseBundle(bytes)
  } catch (cause) {
    if (!(cause instanceof InvalidBundle)) throw cause
    throw refuse('BUNDLE_NOT_VERIFIED', cause.message, { cause })
  }
}

/** Whom a certificate of the run was issued to; undefined for one that somebody else issued. */
async function identityIn(
  { db }: Pick<Context, 'db'>,
  run: Run,
  { certificate }: Bundle,
): Promise<string | undefined> {
  if (!certificate) {
    throw refuse(
      'BUNDLE_NOT_VERIFIED',
      'the bundle has neither a certificate nor the hint of a key: nothing says who signed it',
      { field: 'verificationMaterial' },
    )
  }
  const reference = { organizationId: run.organization.id, id: run.id }
  return certificates.findIssuedTo(db, reference, fingerprintOf(certificate))
}

async function verifiedByAuthority(
  deps: SignatureDeps,
  run: Run,
  bytes: Uint8Array,
): Promise<VerifiedSignature> {
  const problems: string[] = []
  for (const signer of await authoritiesFor(deps.db, run)) {
    try {
      const result = verifyBundle(options(bytes, verificationBy(signer, deps.signing)))
      assertInWindow(signer, result)
      return { verified: result, signer }
    } catch (cause) {
      if (!(cause instanceof VerificationFailed)) throw cause
      problems.push(`${signer.name}: ${cause.message}`)
    }
  }
  const others = problems.length === 0 ? '' : ` (${problems.join('; ')})`
  throw refuse(
    'CERTIFICATE_NOT_OF_RUN',
    `the bundle is not signed with a certificate of this run, nor by a signer of its project${others}`,
    { field: 'verificationMaterial' },
  )
}

function verifiedBy({ signing }: SignatureDeps, signer: Signer, bytes: Uint8Array): Verified {
  const result = verified(bytes, verificationBy(signer, signing))
  try {
    assertInWindow(signer, result)
  } catch (cause) {
    if (!(cause instanceof VerificationFailed)) throw cause
    throw refuse('SIGNER_NOT_TRUSTED', cause.message, { field: 'verificationMaterial', cause })
  }
  return result
}

function verified(bytes: Uint8Array, by: Omit<VerifyOptions, 'bundle'>): Verified {
  try {
    return verifyBundle(options(bytes, by))
  } catch (cause) {
    if (!(cause instanceof VerificationFailed)) throw cause
    throw refuse('BUNDLE_NOT_VERIFIED', `the bundle was not verified: ${cause.message}`, {
      field: cause.code,
      cause,
    })
  }
}

function options(bundle: Uint8Array, by: Omit<VerifyOptions, 'bundle'>): VerifyOptions {
  return {
    ...by,
    bundle,
    requireRfc3161: true,
    everyTimestamp: true,
    now: new Date(Date.now() + CLOCK_SKEW_MS),
  }
}
