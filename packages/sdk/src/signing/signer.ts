import type { SignerMaterial } from '@chainloop/attestation/bundle/bundle'

/** Signs one attestation. Where the key is, and who vouches for it, is the implementation's business. */
export interface Signer {
  sign(bytes: Uint8Array): Promise<Signature>
}

export interface Signature {
  /** ECDSA: ASN.1 DER. */
  readonly signature: Uint8Array
  /** What a verifier finds the signer by. */
  readonly signer: SignerMaterial
}
