import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** An ECDSA P-256 key that may live elsewhere. */
export interface SigningKey {
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer
  /** DER signature (ECDSA with SHA-256) over the data. */
  sign(data: Uint8Array): Promise<Buffer>
}

export interface ExportableKey {
  readonly key: SigningKey
  /** PKCS #8. */
  readonly pem: string
}

export function generateKey(): ExportableKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    key: localKey(privateKey),
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Throws when it is not an unencrypted P-256 private key; the message never contains the key. */
export function keyFromPem(pem: string): SigningKey {
  const privateKey = readPrivateKey(pem)
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new TypeError('the signing key is not an ECDSA P-256 key')
  }
  return localKey(privateKey)
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new TypeError('the signing key is not a PEM private key')
  }
}

function localKey(privateKey: KeyObject): SigningKey {
  return {
    spki: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    sign: async (data) => sign('sha256', data, privateKey),
  }
}
