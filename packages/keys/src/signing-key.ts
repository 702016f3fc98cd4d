import type { KeyObject } from 'node:crypto'

/** A key that signs, wherever it is. */
export interface SigningKey {
  readonly publicKey: KeyObject
  /**
   * ECDSA with the hash that belongs to the curve (ASN.1 DER), RSA with what the key is for (PKCS #1 v1.5 with SHA-256
   * where it does not say), pure Ed25519.
   */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** The key is not there, cannot be read or used. The message names the key, never what is secret about it. */
export class KeyUnavailable extends Error {
  override readonly name = 'KeyUnavailable'
}
