import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  randomBytes,
  scrypt,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'

import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'

import { KeyUnavailable } from './signing-key.ts'

/**
 * Private keys as `cosign generate-key-pair` writes them: PKCS #8 in a NaCl secretbox, under a key that scrypt makes of
 * the password.
 */
interface CosignKey {
  readonly kdf: {
    readonly name: 'scrypt'
    readonly params: { readonly N: number; readonly r: number; readonly p: number }
    readonly salt: string
  }
  readonly cipher: { readonly name: 'nacl/secretbox'; readonly nonce: string }
  readonly ciphertext: string
}

const PEM =
  /-----BEGIN ENCRYPTED (SIGSTORE|COSIGN) PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+)-----END ENCRYPTED \1 PRIVATE KEY-----/
/** What cosign has used so far; the file chooses, so that nothing dearer is accepted. */
const COSTS = [2 ** 15, 2 ** 16, 2 ** 17]
const NEW_COST = 2 ** 16
const MAX_PEM_LENGTH = 64 * 1024

export function isCosignKey(pem: string): boolean {
  return /-----BEGIN ENCRYPTED (SIGSTORE|COSIGN) PRIVATE KEY-----/.test(pem)
}

export async function decryptCosignKey(pem: string, password: string): Promise<KeyObject> {
  const key = parse(pem)
  const secret = await derive(password, Buffer.from(key.kdf.salt, 'base64'), key.kdf.params.N)
  const box = xsalsa20poly1305(secret, Buffer.from(key.cipher.nonce, 'base64'))
  const der = opened(() => box.decrypt(Buffer.from(key.ciphertext, 'base64')))
  try {
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw new KeyUnavailable('the key cannot be used: what was encrypted is no private key', {
      cause,
    })
  }
}

function opened(open: () => Uint8Array): Uint8Array {
  try {
    return open()
  } catch (cause) {
    throw new KeyUnavailable('the key cannot be opened: the password is wrong', { cause })
  }
}

export interface CosignKeyPair {
  readonly privateKey: string
  readonly publicKey: string
}

/** A new P-256 pair in PEM, the private half encrypted, as `cosign generate-key-pair` makes it. */
export async function generateCosignKeyPair(password: string): Promise<CosignKeyPair> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  return encryptCosignKey(privateKey, password)
}

export async function encryptCosignKey(
  privateKey: KeyObject,
  password: string,
): Promise<CosignKeyPair> {
  const [salt, nonce] = [randomBytes(32), randomBytes(24)]
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  const secret = await derive(password, salt, NEW_COST)
  const key: CosignKey = {
    kdf: { name: 'scrypt', params: { N: NEW_COST, r: 8, p: 1 }, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(xsalsa20poly1305(secret, nonce).encrypt(der)).toString('base64'),
  }
  const lines =
    Buffer.from(JSON.stringify(key))
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  const label = 'ENCRYPTED SIGSTORE PRIVATE KEY'
  return {
    privateKey: `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
  }
}

function derive(password: string, salt: Uint8Array, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const maxmem = 128 * cost * 8 + 2 ** 21
    scrypt(password, salt, 32, { N: cost, r: 8, p: 1, maxmem }, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

function parse(pem: string): CosignKey {
  const body = pem.length > MAX_PEM_LENGTH ? undefined : PEM.exec(pem)?.[2]
  try {
    const json: unknown = JSON.parse(Buffer.from(body ?? '', 'base64').toString('utf8'))
    if (isCosignJson(json)) return json
  } catch {
    // Refused below, like everything else that is not as it should be.
  }
  throw new KeyUnavailable(
    'the key cannot be read: it is not an encrypted key of cosign (scrypt and nacl/secretbox)',
  )
}

function isCosignJson(json: unknown): json is CosignKey {
  const { kdf, cipher, ciphertext } = partsOf(json)
  const { N, r, p } = partsOf(partsOf(kdf)['params'])
  return (
    partsOf(kdf)['name'] === 'scrypt' &&
    r === 8 &&
    p === 1 &&
    COSTS.some((cost) => cost === N) &&
    isBase64Of(partsOf(kdf)['salt'], 32) &&
    partsOf(cipher)['name'] === 'nacl/secretbox' &&
    isBase64Of(partsOf(cipher)['nonce'], 24) &&
    typeof ciphertext === 'string'
  )
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isBase64Of(value: unknown, length: number): boolean {
  return typeof value === 'string' && Buffer.from(value, 'base64').length === length
}
