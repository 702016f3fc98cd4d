import { InvalidBundle, parseBundle } from '@chainloop/attestation/bundle/bundle'
import { InvalidStatement, parseStatement } from '@chainloop/attestation/predicate/parse-statement'
import type { Statement } from '@chainloop/attestation/predicate/predicate'
import { STATEMENT_MEDIA_TYPE } from '@chainloop/attestation/predicate/predicate'
import { VerificationFailed } from '@chainloop/attestation/verify/verification'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'

import type { Context } from '../context.ts'
import type { Run } from '../runs/run.ts'
import { fingerprintOf } from '../signing/job-ca.ts'
import * as certificates from '../signing/run-certificate-repo.ts'
import type { Signing } from '../signing/signing.ts'
import { assertNothingUnverified } from './bundle-shape.ts'
import { refuse } from './refusal.ts'

export interface VerifiedStatement {
  readonly statement: Statement
  /** The exact bytes that were signed. */
  readonly payload: Uint8Array
}

/** Clocks of two machines may differ by this much. */
const CLOCK_SKEW_MS = 60_000

/**
 * The bundle's statement, signed with a certificate that was issued to this very run and stamped by a timestamp
 * authority of this instance while it was valid. Nothing else is believed.
 */
export async function verifyForRun(
  ctx: Pick<Context, 'db'> & { readonly signing: Pick<Signing, 'trust'> },
  run: Run,
  bundle: Uint8Array,
): Promise<VerifiedStatement> {
  const identity = await certifiedIdentity(ctx, run, bundle)
  const { payload, payloadType } = verified(ctx, bundle, identity)
  if (payloadType !== STATEMENT_MEDIA_TYPE) {
    throw refuse('BUNDLE_NOT_VERIFIED', `the payload is not of type ${STATEMENT_MEDIA_TYPE}`, {
      field: 'dsseEnvelope.payloadType',
    })
  }
  return { statement: readStatement(payload), payload }
}

async function certifiedIdentity(
  { db }: Pick<Context, 'db'>,
  run: Run,
  bundle: Uint8Array,
): Promise<string> {
  const { certificate, json } = readBundle(bundle)
  const reference = { organizationId: run.organization.id, id: run.id }
  const issuedTo =
    certificate && (await certificates.findIssuedTo(db, reference, fingerprintOf(certificate)))
  if (issuedTo !== undefined) {
    assertNothingUnverified(json)
    return issuedTo
  }
  throw refuse(
    'CERTIFICATE_NOT_OF_RUN',
    'the bundle is not signed with a certificate of this run',
    {
      field: 'verificationMaterial',
    },
  )
}

function readBundle(bundle: Uint8Array): ReturnType<typeof parseBundle> {
  try {
    return parseBundle(bundle)
  } catch (cause) {
    if (!(cause instanceof InvalidBundle)) throw cause
    throw refuse('BUNDLE_NOT_VERIFIED', cause.message, { cause })
  }
}

function verified(
  { signing }: { readonly signing: Pick<Signing, 'trust'> },
  bundle: Uint8Array,
  identity: string,
): ReturnType<typeof verifyBundle> {
  try {
    return verifyBundle({
      bundle,
      trust: signing.trust.root,
      identity,
      requireRfc3161: true,
      now: new Date(Date.now() + CLOCK_SKEW_MS),
    })
  } catch (cause) {
    if (!(cause instanceof VerificationFailed)) throw cause
    throw refuse('BUNDLE_NOT_VERIFIED', `the bundle was not verified: ${cause.message}`, {
      field: cause.code,
      cause,
    })
  }
}

function readStatement(payload: Uint8Array): Statement {
  try {
    return parseStatement(payload)
  } catch (cause) {
    if (!(cause instanceof InvalidStatement)) throw cause
    throw refuse('STATEMENT_MALFORMED', cause.message, { cause })
  }
}
