import { createBundle } from '@chainloop/attestation/bundle/bundle'
import { pae } from '@chainloop/attestation/dsse/pae'

import type { Signer } from './signer.ts'

export interface BundleInput {
  readonly payload: Uint8Array
  readonly payloadType: string
  readonly signer: Signer
  /** Each resolves to the DER of an RFC 3161 response; all have to answer. */
  readonly stamps?: readonly ((signature: Uint8Array) => Promise<Uint8Array>)[] | undefined
}

/** Signs a payload as DSSE and puts everything a verifier needs into a Sigstore bundle v0.3 (JSON bytes). */
export async function signBundle(input: BundleInput): Promise<Uint8Array> {
  const { payload, payloadType, stamps = [] } = input
  const { signature, signer } = await input.signer.sign(pae(payloadType, payload))
  const timestamps = await Promise.all(stamps.map((stamp) => stamp(signature)))
  return createBundle({ payload, payloadType, signature, signer, timestamps })
}
