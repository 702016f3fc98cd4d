import { bundleToJSON, toDSSEBundle } from '@sigstore/bundle'
import { dsse } from '@sigstore/core'

import type { Signer } from './signer.ts'

export interface BundleInput {
  readonly payload: Uint8Array
  readonly payloadType: string
  readonly signer: Signer
  /** DER of an RFC 3161 response over the signature; none: the bundle carries no timestamp. */
  readonly stamp?: ((signature: Uint8Array) => Promise<Uint8Array>) | undefined
}

/** Signs a payload as DSSE and puts everything a verifier needs into a Sigstore bundle v0.3 (JSON bytes). */
export async function signBundle(input: BundleInput): Promise<Buffer> {
  const payload = Buffer.from(input.payload)
  const { signature, key } = await input.signer.sign(
    dsse.preAuthEncoding(input.payloadType, payload),
  )
  const bundle = toDSSEBundle({
    artifact: payload,
    artifactType: input.payloadType,
    signature: Buffer.from(signature),
    ...(key.type === 'certificate'
      ? { certificate: Buffer.from(key.certificate), certificateChain: false }
      : { keyHint: key.hint }),
  })
  if (input.stamp !== undefined) {
    const signedTimestamp = Buffer.from(await input.stamp(signature))
    bundle.verificationMaterial.timestampVerificationData = {
      rfc3161Timestamps: [{ signedTimestamp }],
    }
  }
  return Buffer.from(JSON.stringify(bundleToJSON(bundle)))
}
