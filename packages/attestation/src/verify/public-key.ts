import { constants, createPublicKey, publicDecrypt, verify } from 'node:crypto'
import type { AsymmetricKeyDetails, KeyObject } from 'node:crypto'

import { p256, p384, p521 } from '@noble/curves/nist.js'

import { sha256 } from '../digest.ts'
import type { Digest } from '../digest.ts'

/** A public key that signatures are believed of. */
export interface PublicKey {
  readonly key: KeyObject
  /** PEM of the SubjectPublicKeyInfo. */
  readonly pem: string
  /** Of the DER SubjectPublicKeyInfo, as `openssl pkey -pubin -outform DER | sha256sum` shows it. */
  readonly fingerprint: Digest
  /** `ECDSA P-256`, `RSA 3072`, `Ed25519`. */
  readonly algorithm: string
}

/** Not a public key, or none to believe. The message says why and is fit to show. */
export class UnusableKey extends Error {
  override readonly name = 'UnusableKey'
}

const CURVES: ReadonlyMap<string, { readonly label: string; readonly curve: typeof p256 }> =
  new Map([
    ['prime256v1', { label: 'P-256', curve: p256 }],
    ['secp384r1', { label: 'P-384', curve: p384 }],
    ['secp521r1', { label: 'P-521', curve: p521 }],
  ])
const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 8192
const ONE_PEM_BLOCK = /^\s*-----BEGIN (PUBLIC KEY|RSA PUBLIC KEY)-----[^-]+-----END \1-----\s*$/

/** One public key in PEM that is strong enough. Throws `UnusableKey`. */
export function readPublicKey(pem: string): PublicKey {
  if (!ONE_PEM_BLOCK.test(pem)) throw new UnusableKey('it is not one public key in PEM')
  try {
    return describeKey(createPublicKey(pem))
  } catch (cause) {
    if (cause instanceof UnusableKey) throw cause
    throw new UnusableKey('it is not a public key in PEM', { cause })
  }
}

/** What a key is called, if it is strong enough. Throws `UnusableKey`. */
export function describeKey(key: KeyObject): PublicKey {
  const spki = key.export({ type: 'spki', format: 'der' })
  return {
    key,
    pem: key.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: sha256(spki),
    algorithm: algorithmOf(key),
  }
}

/** What bundles name a key by: base64 of the fingerprint's bytes, as the Sigstore libraries do. */
export function hintOf({ fingerprint }: Pick<PublicKey, 'fingerprint'>): string {
  return Buffer.from(fingerprint.slice('sha256:'.length), 'hex').toString('base64')
}

/** The fingerprint that a hint stands for, if it is one. */
export function fingerprintOfHint(hint: string): Digest | undefined {
  const bytes = Buffer.from(hint, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === hint
    ? `sha256:${bytes.toString('hex')}`
    : undefined
}

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails = {} }: KeyObject): string {
  if (type === 'ed25519') return 'Ed25519'
  if (type === 'ec') return curveOf(asymmetricKeyDetails)
  if (type === 'rsa') return rsaOf(asymmetricKeyDetails)
  throw new UnusableKey(`keys of type ${type ?? 'unknown'} are not supported`)
}

function curveOf({ namedCurve = 'of the key' }: AsymmetricKeyDetails): string {
  const known = CURVES.get(namedCurve)
  if (known) return `ECDSA ${known.label}`
  throw new UnusableKey(`the curve ${namedCurve} is not supported`)
}

function rsaOf({ modulusLength: bits = 0 }: AsymmetricKeyDetails): string {
  if (bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS) return `RSA ${bits}`
  throw new UnusableKey(`RSA with ${bits} bits is not between ${MIN_RSA_BITS} and ${MAX_RSA_BITS}`)
}

/** A bundle does not say how it was signed: with whatever belongs to the key. All of these are strong. */
const HASHES = ['sha256', 'sha384', 'sha512'] as const
export type Hash = (typeof HASHES)[number]
const RSA_PADDINGS = [constants.RSA_PKCS1_PADDING, constants.RSA_PKCS1_PSS_PADDING]

/** Whether the signature is of this key over these bytes. False for keys that are too weak. */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    algorithmOf(key)
    return verifies(key, bytes, signature)
  } catch {
    return false
  }
}

function verifies(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return verify(undefined, bytes, key, signature)
    case 'ec':
      return HASHES.some((hash) => verify(hash, bytes, key, signature))
    default:
      return HASHES.some((hash) =>
        RSA_PADDINGS.some((padding) => verify(hash, bytes, { key, padding }, signature)),
      )
  }
}

/**
 * The same when only the digest of the bytes is known. RSA-PSS and Ed25519 need the bytes: `undefined`.
 */
export function isDigestSignedBy(
  key: KeyObject,
  { hash, digest }: { readonly hash: Hash; readonly digest: Uint8Array },
  signature: Uint8Array,
): boolean | undefined {
  try {
    algorithmOf(key)
    if (key.asymmetricKeyType === 'ec') return ecdsaVerifies(key, digest, signature)
    if (key.asymmetricKeyType !== 'rsa') return undefined
    const info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature)
    return info.equals(Buffer.concat([Buffer.from(DIGEST_INFO[hash], 'hex'), digest]))
  } catch {
    return key.asymmetricKeyType === 'rsa' ? undefined : false
  }
}

/** DER of DigestInfo before the digest, RFC 8017 §9.2. */
const DIGEST_INFO: Readonly<Record<Hash, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
}

function ecdsaVerifies(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const curve = CURVES.get(key.asymmetricKeyDetails?.namedCurve ?? '')?.curve
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const point = Buffer.concat([
    Buffer.of(4),
    Buffer.from(x, 'base64url'),
    Buffer.from(y, 'base64url'),
  ])
  return (
    curve?.verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' }) ?? false
  )
}
