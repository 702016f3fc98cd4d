/** Signs one attestation. */
export interface Signer {
  /** ECDSA or RSA signature over SHA-256 of the bytes, as a DSSE signature holds it. */
  sign(bytes: Uint8Array): Promise<Signature>
}

export interface Signature {
  readonly signature: Uint8Array
  readonly key: SigningKey
}

/** How a verifier finds the key: the certificate itself, or a name that it knows. */
export type SigningKey =
  | { readonly type: 'certificate'; /** DER of the leaf. */ readonly certificate: Uint8Array }
  | { readonly type: 'public-key'; readonly hint: string }
