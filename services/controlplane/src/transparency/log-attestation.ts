import { createPublicKey } from 'node:crypto'

import { parseBundle } from '@chainloop/attestation/bundle/bundle'
import {
  type LoggedSignature,
  signatureEntry,
} from '@chainloop/attestation/transparency/signature-entry'

import type { Db } from '../db/db.ts'
import type { Signer } from '../signers/signer.ts'
import * as queue from './queue-repo.ts'

export interface AttestationToLog {
  readonly organizationId: string
  /** `sha256:<hex>` of the bundle. */
  readonly digest: string
  /** A verified bundle with a DSSE envelope. */
  readonly bundle: Uint8Array
  /** Undefined: a certificate of the run. */
  readonly signer: Pick<Signer, 'kind' | 'material'> | undefined
}

/** In the transaction that stores it. */
export async function logAttestation(
  tx: Db,
  { organizationId, digest, bundle, signer }: AttestationToLog,
): Promise<void> {
  const { envelope, certificate } = parseBundle(bundle)
  if (!envelope) throw new TypeError(`attestation ${digest} has no envelope`)
  const body = signatureEntry({ ...envelope, verifier: verifierOf(certificate, signer) })
  await queue.insert(tx, { organizationId, subject: attestationSubject(digest), body })
}

/** What the entry of an attestation is found by. */
export function attestationSubject(digest: string): string {
  return `attestation:${digest}`
}

function verifierOf(
  certificate: Uint8Array | undefined,
  signer: AttestationToLog['signer'],
): LoggedSignature['verifier'] {
  if (certificate) return { certificate }
  if (!signer) throw new TypeError('an attestation without a certificate has no signer')
  return { publicKey: createPublicKey(Buffer.from(signer.material).toString('utf8')) }
}
