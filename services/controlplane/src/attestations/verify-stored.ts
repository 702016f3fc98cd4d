import { parseBundle } from '@chainloop/attestation/bundle/bundle'
import { sha256 } from '@chainloop/attestation/digest'
import { InvalidStatement, parseStatement } from '@chainloop/attestation/predicate/parse-statement'
import type { Statement } from '@chainloop/attestation/predicate/predicate'
import { DomainError } from '@chainloop/kit/errors'

import type { Run } from '../runs/run.ts'
import type { Attestation } from './attestation-repo.ts'
import { verifyForRun } from './verify-for-run.ts'
import type { SignatureDeps } from './verify-signature.ts'

export interface Verification {
  readonly verified: boolean
  /** Empty when verified. */
  readonly failureReason: string
}

/** Whether the bytes are still those that were stored, and whether they would be accepted again. */
export async function verifyStored(
  ctx: SignatureDeps,
  run: Run,
  { bundle, digest }: Pick<Attestation, 'bundle' | 'digest'>,
): Promise<Verification> {
  if (sha256(bundle) !== digest) {
    return { verified: false, failureReason: 'the stored bytes are not those of the digest' }
  }
  try {
    await verifyForRun(ctx, run, bundle)
    return run.attestationDigest === digest
      ? { verified: true, failureReason: '' }
      : { verified: false, failureReason: 'the run names another attestation' }
  } catch (cause) {
    if (!(cause instanceof DomainError) || cause.code !== 'invalid') throw cause
    return { verified: false, failureReason: cause.message }
  }
}

export function statementOf({ bundle, runId }: Pick<Attestation, 'bundle' | 'runId'>): Statement {
  const { envelope } = parseBundle(bundle)
  if (!envelope) throw new InvalidStatement(`the attestation of run ${runId} holds no statement`)
  return parseStatement(envelope.payload)
}
