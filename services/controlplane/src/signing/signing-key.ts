import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { checked } from '@chainloop/keys/checked-key'
import { openKey } from '@chainloop/keys/open-key'
import type { SigningKey as AnyKey } from '@chainloop/keys/signing-key'

export type { AnyKey }

/** An ECDSA P-256 key that may live elsewhere. */
export interface SigningKey {
  readonly publicKey: KeyObject
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer
  /** DER signature (ECDSA with SHA-256) over the data. */
  sign(data: Uint8Array): Promise<Uint8Array>
}

export interface ExportableKey {
  readonly key: SigningKey
  /** PKCS #8. */
  readonly pem: string
}

/** Where references lead to: `VAULT_ADDR`, `AWS_REGION` … */
export type KeyEnvironment = Readonly<Record<string, string | undefined>>

export async function generateKey(): Promise<ExportableKey> {
  const pem = generatePem('P-256')
  return { key: await signingKey(pem), pem }
}

export function generatePem(kind: 'P-256' | 'Ed25519'): string {
  const { privateKey } =
    kind === 'P-256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** PEM or a reference, as `openKey` knows them. Throws when it is no P-256 key; the message never contains it. */
export async function signingKey(text: string, env: KeyEnvironment = {}): Promise<SigningKey> {
  const key = await opened(text, env)
  if (key.publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new TypeError('the signing key is not an ECDSA P-256 key')
  }
  const { publicKey } = key
  return { publicKey, spki: spkiOf(publicKey), sign: (data) => key.sign(data) }
}

/** The same for Ed25519. */
export async function ed25519Key(text: string, env: KeyEnvironment = {}): Promise<AnyKey> {
  const key = await opened(text, env)
  if (key.publicKey.asymmetricKeyType === 'ed25519') return key
  throw new TypeError('the signing key is not an Ed25519 key')
}

/** Not the key itself but where it is. */
export function isReference(text: string): boolean {
  return isPkcs11(text) || /^[a-z0-9]+:\/\//.test(text)
}

function isPkcs11(text: string): boolean {
  return text.startsWith('pkcs11:')
}

export function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' })
}

/** Of a private key in PEM. */
export function publicPemOf(pem: string): string {
  return createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString()
}

async function opened(text: string, env: KeyEnvironment): Promise<AnyKey> {
  if (isPkcs11(text)) {
    const { openPkcs11Key } = await import('./pkcs11/pkcs11-key.ts')
    return checked('the PKCS #11 module', await openPkcs11Key(text.trim(), env))
  }
  return openKey(text.trim(), {
    env,
    password: () => Promise.reject(new TypeError('the signing key is encrypted')),
    read: (pem) => Promise.resolve(Buffer.from(pem)),
  })
}
