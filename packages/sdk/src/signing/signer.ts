/** Signs one attestation. */
export interface Signer {
  /** ECDSA signature (ASN.1 DER) over SHA-256 of the bytes, and the certificate that speaks for the key. */
  sign(bytes: Uint8Array): Promise<Signature>
}

export interface Signature {
  readonly signature: Uint8Array
  /** DER of the leaf. */
  readonly certificate: Uint8Array
}
