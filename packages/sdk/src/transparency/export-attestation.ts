import { withLogEntry } from '@chainloop/attestation/bundle/bundle'
import { type Digest, sha256 } from '@chainloop/attestation/digest'
import { parseJson } from '@chainloop/attestation/json/parse-json'
import { isObject } from '@chainloop/attestation/json/shape'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'

import type { Client } from '../client.ts'
import { answered, UnexpectedAnswer } from '../connection/unexpected-answer.ts'
import { fetchTrustedRootWithLog } from '../verify/trusted-root.ts'

export interface ExportWish {
  /** The digest of the attestation, or the id of its run. */
  readonly ref: { readonly digest: Digest } | { readonly runId: string }
  /** Add the proof that it is in the transparency log. */
  readonly withProof?: boolean | undefined
}

export interface Exported {
  /** Of the attestation: the bundle as it was received. */
  readonly digest: Digest
  readonly bundle: Uint8Array
  /** Of these bytes; another one than the attestation's where a proof was added. */
  readonly exportDigest: Digest
}

/**
 * The bundle of a stored attestation, byte for byte; or derived from it, with the proof of the log. What is derived has been
 * verified with the trust root that lists the log. Throws `VerificationFailed`.
 */
export async function exportAttestation(
  client: Pick<Client, 'runs' | 'log'>,
  { ref, withProof = false }: ExportWish,
): Promise<Exported> {
  const { result } = await client.runs.view({
    ref: 'digest' in ref ? { case: 'digest', value: ref.digest } : { case: 'id', value: ref.runId },
  })
  const received = answered(result?.attestation?.bundle, 'a bundle')
  const digest = sha256(received)
  if ('digest' in ref && ref.digest !== digest) {
    throw new UnexpectedAnswer(`the server sent another bundle than ${ref.digest}`)
  }
  const bundle = withProof ? await proven(client, received, digest) : received
  return { digest, bundle, exportDigest: sha256(bundle) }
}

async function proven(
  client: Pick<Client, 'log'>,
  received: Uint8Array,
  digest: Digest,
): Promise<Uint8Array> {
  const { logEntry } = await client.log.proveAttestation({ digest })
  const entry = parseJson(logEntry)
  if (!isObject(entry)) throw new UnexpectedAnswer('the server sent a proof that is none')
  const derived = withLogEntry(received, entry)
  const trust = parseTrustRoot(await fetchTrustedRootWithLog(client, 'attestations'))
  // A key has no certificate to be verified with; its proof is looked at by who has the key.
  if (isCertified(derived)) verifyBundle({ bundle: derived, trust })
  return derived
}

function isCertified(bundle: Uint8Array): boolean {
  const json = parseJson(bundle)
  const material = isObject(json) ? json['verificationMaterial'] : undefined
  return isObject(material) && material['publicKey'] === undefined
}
