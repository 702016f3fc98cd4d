import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { expect, test } from '@jest/globals'

import {
  describeKey,
  fingerprintOfHint,
  hintOf,
  isDigestSignedBy,
  isSignedBy,
  readPublicKey,
  UnusableKey,
} from './public-key.ts'

const bytes = Buffer.from('what was signed')
const digest = createHash('sha256').update(bytes).digest()

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength })
const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

const keys = {
  p256: ec('P-256'),
  p384: ec('P-384'),
  p521: ec('P-521'),
  rsa: rsa(2048),
  ed25519: generateKeyPairSync('ed25519'),
}

test.each<[keyof typeof keys, string]>([
  ['p256', 'ECDSA P-256'],
  ['p384', 'ECDSA P-384'],
  ['p521', 'ECDSA P-521'],
  ['rsa', 'RSA 2048'],
  ['ed25519', 'Ed25519'],
])('a key on %s is known as %s', (name, algorithm) => {
  const { publicKey } = keys[name]
  const read = readPublicKey(pemOf(publicKey))
  const spki = publicKey.export({ type: 'spki', format: 'der' })

  expect(read.algorithm).toBe(algorithm)
  expect(read.fingerprint).toBe(`sha256:${createHash('sha256').update(spki).digest('hex')}`)
  expect(fingerprintOfHint(hintOf(read))).toBe(read.fingerprint)
})

test.each<[string, string, RegExp]>([
  ['RSA with 1024 bits', pemOf(rsa(1024).publicKey), /1024 bits/],
  ['a curve of cryptocurrencies', pemOf(ec('secp256k1').publicKey), /secp256k1/],
  ['a key for agreement', pemOf(generateKeyPairSync('x25519').publicKey), /x25519/],
  ['nothing', '', /not one public key/],
  ['text', 'hello', /not one public key/],
  ['two keys', pemOf(keys.p256.publicKey) + pemOf(keys.p384.publicKey), /not one public key/],
  [
    'a private key',
    keys.p256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    /not one public key/,
  ],
  ['junk', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', /not a public key/],
])('%s is no key to believe', (_what, pem, reason) => {
  expect(() => readPublicKey(pem)).toThrow(reason)
})

test('what is weak signs nothing, even when the key comes from elsewhere', () => {
  const weak = rsa(1024)

  expect(isSignedBy(weak.publicKey, bytes, sign('sha256', bytes, weak.privateKey))).toBe(false)
  expect(() => describeKey(weak.publicKey)).toThrow(UnusableKey)
})

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING }
const signatures: readonly [string, keyof typeof keys, Buffer, boolean | undefined][] = [
  ['P-256', 'p256', sign('sha256', bytes, keys.p256.privateKey), true],
  ['P-384', 'p384', sign('sha384', bytes, keys.p384.privateKey), undefined],
  ['P-384 over SHA-256', 'p384', sign('sha256', bytes, keys.p384.privateKey), true],
  ['P-521', 'p521', sign('sha512', bytes, keys.p521.privateKey), undefined],
  ['RSA PKCS #1', 'rsa', sign('sha256', bytes, keys.rsa.privateKey), true],
  ['RSA-PSS', 'rsa', sign('sha512', bytes, { key: keys.rsa.privateKey, ...pss }), undefined],
  ['Ed25519', 'ed25519', sign(undefined, bytes, keys.ed25519.privateKey), undefined],
]

test.each(signatures)('%s signatures verify, and no others do', (_name, key, signature) => {
  const changed = Buffer.from(signature)
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1

  expect(isSignedBy(keys[key].publicKey, bytes, signature)).toBe(true)
  expect(isSignedBy(keys[key].publicKey, bytes, changed)).toBe(false)
  expect(isSignedBy(keys[key].publicKey, Buffer.from('other'), signature)).toBe(false)
  expect(isSignedBy(keys[key].publicKey, bytes, Buffer.alloc(0))).toBe(false)
})

test.each(signatures.filter(([, , , verdict]) => verdict !== undefined))(
  '%s signatures verify by the digest alone',
  (_name, key, signature) => {
    const { publicKey } = keys[key]
    const other = createHash('sha256').update('other').digest()

    expect(isDigestSignedBy(publicKey, { hash: 'sha256', digest }, signature)).toBe(true)
    expect(isDigestSignedBy(publicKey, { hash: 'sha256', digest: other }, signature)).toBe(false)
    expect(isDigestSignedBy(publicKey, { hash: 'sha256', digest }, Buffer.alloc(9))).not.toBe(true)
  },
)

test('RSA-PSS and Ed25519 signatures cannot be judged by a digest', () => {
  const byDigest = (name: string): boolean | undefined => {
    const [, key, signature] = signatures.find(([known]) => known === name) ?? signatures[0] ?? []
    if (key === undefined || signature === undefined) throw new Error('no such signature')
    return isDigestSignedBy(keys[key].publicKey, { hash: 'sha256', digest }, signature)
  }

  expect(byDigest('RSA-PSS')).toBeUndefined()
  expect(byDigest('Ed25519')).toBeUndefined()
})

test.each(['', 'k', 'AAAA', `${'A'.repeat(43)}=x`])('the hint %j is no fingerprint', (hint) => {
  expect(fingerprintOfHint(hint)).toBeUndefined()
})
