import { createPublicKey, generateKeyPairSync } from 'node:crypto'

import { expect, test } from '@jest/globals'

import { decryptCosignKey, encryptCosignKey, generateCosignKeyPair } from './cosign-key.ts'
import { readPrivateKey } from './local-key.ts'

/** Written by `cosign generate-key-pair` v3.1.3 for this test, with the password below. */
const PASSWORD = 'correct-horse'
const COSIGN_KEY = `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
OCwicCI6MX0sInNhbHQiOiJtWGJBWnhaZTNPODMwOUMwSFJPKzBNVFEzSTNLeXZU
emN0QXViL2lGbTFjPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJFSTRGUnRpQU01enVmeXkxVFFCZlN3T2RBdkFCOWhxZCJ9LCJj
aXBoZXJ0ZXh0IjoiTWpFOTZxQlplUGg3UGNGQnU4djRVWnhCM0Z5aU5wWUZnRUE1
ME1tTTJINUd5SFIrQllaeTZCUVN5RENMQjdUREtPWTRTb2R6TU9GNTZIRUJUMU5L
eFRyVHVJS0RkQzRSdk05R21rMlFreHBzc2ppSVU3OG9BYlUvOVppeFphNEVmWjc4
elZFbVdUMmJnOHpzQkY5WGJIQldjMG1VODFrYWIwN28wTTZPcVNydS9uRzNPNCtF
cmgrNlJiNGU2Q25nTGNaaWV0bDdWcGkvWVE9PSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----
`
const COSIGN_PUB = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEi+PlSFQk/C3KI/MFwJpCezJoHBI9
4GQQ9QD3Zyabh6qli7vQGOXlubD5AdoYwrn9w3xCbm2ozRu1/ynTOEwmEA==
-----END PUBLIC KEY-----
`

const publicPem = (key: Parameters<typeof createPublicKey>[0]): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()

function changed(edit: (json: Json) => void): string {
  const body = COSIGN_KEY.replaceAll(/-----[^-]+-----/g, '')
  const json: Json = JSON.parse(Buffer.from(body, 'base64').toString())
  edit(json)
  const label = 'ENCRYPTED SIGSTORE PRIVATE KEY'
  const text = Buffer.from(JSON.stringify(json)).toString('base64')
  return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`
}

interface Json {
  kdf: { name: string; params: { N: number; r: number; p: number }; salt: string }
  cipher: { name: string; nonce: string }
  ciphertext: string
}

test('a key that cosign made opens with its password', async () => {
  expect(publicPem(await decryptCosignKey(COSIGN_KEY, PASSWORD))).toBe(COSIGN_PUB)
})

test.each(['', 'wrong', 'correct-horse '])('it does not open with %j', async (password) => {
  await expect(decryptCosignKey(COSIGN_KEY, password)).rejects.toMatchObject({
    name: 'KeyUnavailable',
    message: 'the key cannot be opened: the password is wrong',
  })
})

test.each(['', 'päss\u0000wörd'])(
  'what is encrypted with %j opens with it again',
  async (password) => {
    const pair = await generateCosignKeyPair(password)
    const key = await readPrivateKey(pair.privateKey, async () => password)

    expect(publicPem(key.publicKey.export({ type: 'spki', format: 'pem' }))).toBe(pair.publicKey)
  },
)

test('the older label of cosign is read', async () => {
  const older = COSIGN_KEY.replaceAll('SIGSTORE', 'COSIGN')

  expect(publicPem(await decryptCosignKey(older, PASSWORD))).toBe(COSIGN_PUB)
})

test.each<[string, string]>([
  ['a cost that takes for ever', changed(({ kdf }) => (kdf.params.N = 2 ** 30))],
  ['a cost that protects nothing', changed(({ kdf }) => (kdf.params.N = 2))],
  ['other parameters', changed(({ kdf }) => (kdf.params.r = 1024))],
  ['another derivation', changed(({ kdf }) => (kdf.name = 'pbkdf2'))],
  ['another cipher', changed(({ cipher }) => (cipher.name = 'none'))],
  ['a nonce that is too short', changed(({ cipher }) => (cipher.nonce = 'AAAA'))],
  ['a salt that is too short', changed(({ kdf }) => (kdf.salt = ''))],
  ['no JSON', COSIGN_KEY.replace(/\n[A-Za-z0-9+/=]{64}\n/, '\nAAAA\n')],
  ['no end', COSIGN_KEY.slice(0, 200)],
])('an encrypted key with %s is refused before anything is computed', async (_what, pem) => {
  await expect(decryptCosignKey(pem, PASSWORD)).rejects.toThrow(/not an encrypted key of cosign/)
})

test('a ciphertext that was changed does not open', async () => {
  const pem = changed((json) => {
    const bytes = Buffer.from(json.ciphertext, 'base64')
    bytes[20] = (bytes[20] ?? 0) ^ 1
    json.ciphertext = bytes.toString('base64')
  })

  await expect(decryptCosignKey(pem, PASSWORD)).rejects.toThrow(/password is wrong/)
})

test('what is inside has to be a key that is strong enough', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const { privateKey: pem } = await encryptCosignKey(privateKey, 'x')

  await expect(readPrivateKey(pem, async () => 'x')).rejects.toThrow(/secp256k1/)
})
