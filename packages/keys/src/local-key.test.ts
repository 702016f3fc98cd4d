import { generateKeyPairSync, type KeyObject } from 'node:crypto'

import { isSignedBy } from '@chainloop/attestation/verify/public-key'
import { expect, test } from '@jest/globals'

import { readPrivateKey } from './local-key.ts'
import { openKey } from './open-key.ts'

const nobody = async (): Promise<string> => {
  throw new Error('nobody was to be asked')
}
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const bytes = Buffer.from('what is signed')

test.each<[string, KeyObject]>([
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey],
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['Ed25519', generateKeyPairSync('ed25519').privateKey],
])('a PKCS #8 key (%s) signs', async (_name, privateKey) => {
  const key = await readPrivateKey(pem(privateKey), nobody)

  expect(isSignedBy(key.publicKey, bytes, await key.sign(bytes))).toBe(true)
})

test('an encrypted PKCS #8 key opens with its password, and with no other', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const encrypted = privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
    .toString()

  const key = await readPrivateKey(encrypted, async () => 'secret')
  expect(isSignedBy(key.publicKey, bytes, await key.sign(bytes))).toBe(true)
  await expect(readPrivateKey(encrypted, async () => 'wrong')).rejects.toThrow(/password is wrong/)
})

test.each<[string, string]>([
  ['weak', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)],
  ['of another curve', pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey)],
  ['empty', ''],
  ['none', 'hello'],
])('a key that is %s is refused', async (_what, text) => {
  await expect(readPrivateKey(text, nobody)).rejects.toMatchObject({ name: 'KeyUnavailable' })
})

test('what is no URI of a service is read as a key', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const asked: string[] = []
  const key = await openKey('env://KEY', {
    env: {},
    password: nobody,
    read: async (reference) => {
      asked.push(reference)
      return Buffer.from(pem(privateKey))
    },
  })

  expect(asked).toEqual(['env://KEY'])
  expect(isSignedBy(key.publicKey, bytes, await key.sign(bytes))).toBe(true)
})

test.each([
  'awskms://',
  'awskms:///',
  'gcpkms://projects/p',
  'azurekms://vault.azure.net',
  'hashivault://a/b',
  'signserver://host',
])('%s names no key', async (reference) => {
  const opening = openKey(reference, {
    env: {},
    password: nobody,
    read: async () => Buffer.alloc(0),
    signServer: { publicKey: 'x' },
  })

  await expect(opening).rejects.toMatchObject({ name: 'KeyUnavailable' })
})
