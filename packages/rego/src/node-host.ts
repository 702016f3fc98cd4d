import {
  constants,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto'
import type { JsonWebKeyInput, KeyObject, SignKeyObjectInput } from 'node:crypto'
import { lookup } from 'node:dns/promises'

import { RegoError } from './errors.ts'
import type { Host, HostCrypto, SignatureScheme, VerifyRequest } from './host.ts'

export type NodeHostOptions = {
  /** Whether policies may resolve host names. */
  readonly resolveNames?: boolean
}

/** What Node can give a policy without reaching the network: time, randomness, cryptography. */
export function nodeHost({ resolveNames = false }: NodeHostOptions = {}): Host {
  return {
    now: () => Date.now(),
    random: (bytes) => Uint8Array.from(randomBytes(bytes)),
    crypto: nodeCrypto,
    ...(resolveNames && { lookup: resolve }),
  }
}

async function resolve(name: string): Promise<readonly string[]> {
  const addresses = await lookup(name, { all: true })
  return addresses.map(({ address }) => address)
}

type Key = VerifyRequest['key']

function asInput(key: Key): string | JsonWebKeyInput {
  return typeof key === 'string' ? key : { key, format: 'jwk' }
}

const keyTypes: Record<SignatureScheme, readonly string[]> = {
  RS: ['rsa'],
  PS: ['rsa', 'rsa-pss'],
  ES: ['ec'],
  EdDSA: ['ed25519', 'ed448'],
}

function options(scheme: SignatureScheme, key: KeyObject): SignKeyObjectInput {
  if (!keyTypes[scheme].includes(key.asymmetricKeyType ?? ''))
    throw new TypeError('the key is of another type')
  if (scheme === 'ES') return { key, dsaEncoding: 'ieee-p1363' }
  if (scheme !== 'PS') return { key }
  return {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_AUTO,
  }
}

function digestOf({ scheme, hash }: Pick<VerifyRequest, 'scheme' | 'hash'>): string | null {
  return scheme === 'EdDSA' ? null : hash.replace('-', '').toLowerCase()
}

/** Failures of node:crypto are failures of the built-in function that asked. */
function translate<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new RegoError(
      'eval_builtin_error',
      error instanceof Error ? error.message : String(error),
    )
  }
}

const nodeCrypto: HostCrypto = {
  verify: (request) =>
    translate(() => {
      const key = createPublicKey(asInput(request.key))
      if (!keyTypes[request.scheme].includes(key.asymmetricKeyType ?? '')) return false
      return verify(
        digestOf(request),
        request.data,
        options(request.scheme, key),
        request.signature,
      )
    }),
  sign: (request) =>
    translate(() => {
      const key = options(request.scheme, createPrivateKey(asInput(request.key)))
      const salt = request.scheme === 'PS' ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {}
      return Uint8Array.from(sign(digestOf(request), request.data, { ...key, ...salt }))
    }),
  parsePrivateKey: (pem) =>
    translate(() => ({ ...createPrivateKey(pem).export({ format: 'jwk' }) })),
  isIssuedBy: (certificate, issuer) =>
    translate(() => {
      const parent = new X509Certificate(issuer)
      return new X509Certificate(certificate).verify(parent.publicKey)
    }),
}
