import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'

import { describeKey, UnusableKey } from '@chainloop/attestation/verify/public-key'

import { decryptCosignKey, isCosignKey } from './cosign-key.ts'
import { KeyUnavailable, type SigningKey } from './signing-key.ts'

/** Asked only where something is encrypted. */
export type Password = () => Promise<string>

/** A PEM private key: of cosign (encrypted), PKCS #8 (encrypted or not), PKCS #1 or SEC 1. */
export async function readPrivateKey(pem: string, password: Password): Promise<SigningKey> {
  const key = isCosignKey(pem)
    ? await decryptCosignKey(pem, await password())
    : await parse(pem, password)
  return localKey(key)
}

async function parse(pem: string, password: Password): Promise<KeyObject> {
  const encrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)
  const passphrase = encrypted ? await password() : undefined
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (cause) {
    const why = encrypted ? 'the password is wrong, or it is' : 'it is'
    throw new KeyUnavailable(`the key cannot be used: ${why} not a private key in PEM`, { cause })
  }
}

/**
 * ECDSA with SHA-256 on every curve: that is what cosign and the Sigstore libraries verify a bare public key with.
 * Throws `KeyUnavailable` for a key that is too weak.
 */
export function localKey(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey)
  assertStrong(publicKey)
  return {
    publicKey,
    sign: async (bytes) =>
      sign(publicKey.asymmetricKeyType === 'ed25519' ? undefined : 'sha256', bytes, privateKey),
  }
}

export function assertStrong(publicKey: KeyObject): void {
  try {
    describeKey(publicKey)
  } catch (cause) {
    if (!(cause instanceof UnusableKey)) throw cause
    throw new KeyUnavailable(`the key cannot be used: ${cause.message}`, { cause })
  }
}
