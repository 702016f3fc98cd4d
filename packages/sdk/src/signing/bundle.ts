import { createBundle } from '@chainloop/attestation/bundle/bundle'
import { pae } from '@chainloop/attestation/dsse/pae'

import type { Signer } from './signer.ts'

export interface BundleInput {
  readonly payload: Uint8Array
  readonly payloadType: string
  readonly signer: Signer
  /** Resolves to the DER of an RFC 3161 response; without it the bundle carries no timestamp. */
  readonly stamp?: ((signature: Uint8Array) => Promise<Uint8Array>) | undefined
}

/** Signs a payload as DSSE and puts everything a verifier needs into a Sigstore bundle v0.3 (JSON bytes). */
export async function signBundle(input: BundleInput): Promise<Uint8Array> {
  const { payload, payloadType, signer, stamp } = input
  const { signature, certificate } = await signer.sign(pae(payloadType, payload))
  const timestamps = stamp === undefined ? [] : [await stamp(signature)]
  return createBundle({ payload, payloadType, signature, certificate, timestamps })
}
