import { InvalidStatement, parseStatement } from '@chainloop/attestation/predicate/parse-statement'
import type { Statement } from '@chainloop/attestation/predicate/predicate'
import { STATEMENT_MEDIA_TYPE } from '@chainloop/attestation/predicate/predicate'

import type { Run } from '../runs/run.ts'
import type { Signer } from '../signers/signer.ts'
import { refuse } from './refusal.ts'
import { verifySignature } from './verify-signature.ts'
import type { SignatureDeps } from './verify-signature.ts'

export interface VerifiedStatement {
  readonly statement: Statement
  /** The exact bytes that were signed. */
  readonly payload: Uint8Array
  /** Undefined: a certificate of the run signed it. */
  readonly signer: Signer | undefined
}

/** The bundle's statement, from whom it may be. */
export async function verifyForRun(
  deps: SignatureDeps,
  run: Run,
  bundle: Uint8Array,
): Promise<VerifiedStatement> {
  const { verified, signer } = await verifySignature(deps, run, bundle)
  const { payload, payloadType } = verified
  if (payloadType !== STATEMENT_MEDIA_TYPE) {
    throw refuse('BUNDLE_NOT_VERIFIED', `the payload is not of type ${STATEMENT_MEDIA_TYPE}`, {
      field: 'dsseEnvelope.payloadType',
    })
  }
  const statement = readStatement(payload)
  if (signer) assertNotCertifiedHere(statement, signer)
  return { statement, payload, signer }
}

function readStatement(payload: Uint8Array): Statement {
  try {
    return parseStatement(payload)
  } catch (cause) {
    if (!(cause instanceof InvalidStatement)) throw cause
    throw refuse('STATEMENT_MALFORMED', cause.message, { cause })
  }
}

/** What this instance's authority did not certify must not say that it did. */
function assertNotCertifiedHere({ predicate }: Statement, { name }: Signer): void {
  if (predicate.signingCA === undefined) return
  throw refuse(
    'STATEMENT_MISMATCH',
    `predicate.signingCA is ${JSON.stringify(predicate.signingCA)}, but signer ${name} signed`,
    { field: 'predicate.signingCA' },
  )
}
