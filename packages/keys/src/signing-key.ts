import type { KeyObject } from 'node:crypto'

/** A key that signs, wherever it is. */
export interface SigningKey {
  readonly publicKey: KeyObject
  /**
   * ECDSA (ASN.1 DER) and RSA (PKCS #1 v1.5) with SHA-256 unless the service binds the key to something else, pure
   * Ed25519.
   */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** The key is not there, cannot be read or used. The message names the key, never what is secret about it. */
export class KeyUnavailable extends Error {
  override readonly name = 'KeyUnavailable'
}
