import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { Server } from 'node:http'

import { isSignedBy } from '@chainloop/attestation/verify/public-key'
import { afterEach, expect, test } from '@jest/globals'

import type { Fetch } from '../http.ts'
import type { SigningKey } from '../signing-key.ts'
import {
  jsonServer,
  listen,
  signDigest,
  type Answer,
  type Seen,
} from '../testing/stand-ins.test.fixture.ts'
import { openAzureKey } from './azure.ts'
import { openGoogleKey } from './google.ts'
import { openVaultKey } from './vault.ts'

/* Stand-ins that speak what the services document: see docs/signing.md for what was tried against the real ones. */

const bytes = Buffer.from('what is signed')
let server: Server | undefined
afterEach(() => {
  server?.close()
  server = undefined
})

interface Service {
  readonly address: string
  readonly seen: Seen[]
}

async function serve(answer: Answer): Promise<Service> {
  const seen: Seen[] = []
  server = jsonServer(answer, seen)
  return { address: await listen(server), seen }
}

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()
const digestIn = (value: unknown, encoding: 'base64' | 'base64url' = 'base64'): Buffer =>
  Buffer.from(String(value), encoding)

async function assertSigns(key: SigningKey): Promise<void> {
  expect(isSignedBy(key.publicKey, bytes, await key.sign(bytes))).toBe(true)
}

const KEY = 'projects/p/locations/global/keyRings/r/cryptoKeys/k'
const google = ({ address }: Service, reference = `gcpkms://${KEY}`) =>
  openGoogleKey(reference, { fetch, endpoint: address, token: async () => 'token' })

function googleAnswers(
  pair: { publicKey: KeyObject; privateKey: KeyObject },
  { algorithm, hash }: { algorithm: string; hash: string },
): Answer {
  return ({ method, url, body }) => {
    if (url.startsWith(`/v1/${KEY}/cryptoKeyVersions?`)) {
      const names = [2, 10, 9].map((version) => ({ name: `${KEY}/cryptoKeyVersions/${version}` }))
      return { cryptoKeyVersions: names }
    }
    if (method === 'GET' && url.endsWith('/publicKey'))
      return { pem: pem(pair.publicKey), algorithm }
    if (!url.endsWith(':asymmetricSign')) return undefined
    const digest = digestIn((body['digest'] as Record<string, unknown>)[hash])
    return { signature: signDigest(pair.privateKey, digest, 'der').toString('base64') }
  }
}

test.each([
  ['P-256', 'EC_SIGN_P256_SHA256', 'sha256'],
  ['P-384', 'EC_SIGN_P384_SHA384', 'sha384'],
])(
  'Google: %s signs by its newest version, with the access token',
  async (curve, algorithm, hash) => {
    const service = await serve(googleAnswers(ec(curve), { algorithm, hash }))

    const key = await google(service)
    await assertSigns(key)
    await assertSigns(key)

    expect(service.seen.map(({ url }) => url)).toEqual([
      `/v1/${KEY}/cryptoKeyVersions?filter=state%3DENABLED&pageSize=1000`,
      `/v1/${KEY}/cryptoKeyVersions/10/publicKey`,
      `/v1/${KEY}/cryptoKeyVersions/10:asymmetricSign`,
      `/v1/${KEY}/cryptoKeyVersions/10:asymmetricSign`,
    ])
    expect(service.seen[0]?.headers.authorization).toBe('Bearer token')
  },
)

test('Google: Ed25519 gets the message, not a digest', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const service = await serve(({ url, body }) =>
    url.endsWith('/publicKey')
      ? { pem: pem(publicKey), algorithm: 'EC_SIGN_ED25519' }
      : { signature: sign(undefined, digestIn(body['data']), privateKey).toString('base64') },
  )

  await assertSigns(await google(service, `gcpkms://${KEY}/cryptoKeyVersions/1`))
})

test('Google: a key for something else is refused', async () => {
  const service = await serve(() => ({ pem: pem(ec('P-256').publicKey), algorithm: 'HMAC_SHA256' }))

  await expect(google(service, `gcpkms://${KEY}/versions/1`)).rejects.toThrow(/HMAC_SHA256/)
})

/** Key Vault is only there by https: what is sent there comes to the stand-in instead. */
const redirected =
  ({ address }: Service): Fetch =>
  (url, init) =>
    fetch(url.replace('https://acme.vault.azure.net', address), init)

const azure = (service: Service, reference = 'azurekms://acme.vault.azure.net/release') =>
  openAzureKey(reference, { fetch: redirected(service), token: async (scope) => `for ${scope}` })

test.each([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
  ['P-521', 'ES512'],
])('Azure: %s signs with the version that was shown', async (curve, alg) => {
  const { publicKey, privateKey } = ec(curve)
  const key = { ...publicKey.export({ format: 'jwk' }), kty: 'EC-HSM' }
  const kid = 'https://acme.vault.azure.net/keys/release/7'
  const service = await serve(({ url, body }) => {
    if (url === '/keys/release?api-version=7.4') return { key: { ...key, kid } }
    if (url !== '/keys/release/7/sign?api-version=7.4' || body['alg'] !== alg) return undefined
    const digest = digestIn(body['value'], 'base64url')
    return { kid, value: signDigest(privateKey, digest, 'compact').toString('base64url') }
  })

  await assertSigns(await azure(service))
  expect(service.seen[0]?.headers.authorization).toBe('Bearer for https://vault.azure.net/.default')
})

const vault = ({ address }: Service) =>
  openVaultKey('hashivault://release', {
    fetch,
    env: { VAULT_ADDR: address, VAULT_TOKEN: 'token', VAULT_NAMESPACE: 'acme' },
  })

function vaultKey(type: string, publicKey: string): object {
  return { data: { type, latest_version: 2, keys: { 1: {}, 2: { public_key: publicKey } } } }
}

test('Vault: an ECDSA key signs a digest, by the version whose public half is known', async () => {
  const { publicKey, privateKey } = ec('P-256')
  const service = await serve(({ method, url, body }) => {
    if (method === 'GET' && url === '/v1/transit/keys/release') {
      return vaultKey('ecdsa-p256', pem(publicKey))
    }
    if (url !== '/v1/transit/sign/release' || body['prehashed'] !== true) return undefined
    const signature = signDigest(privateKey, digestIn(body['input']), 'der').toString('base64')
    return { data: { signature: `vault:v2:${signature}` } }
  })

  await assertSigns(await vault(service))
  expect(service.seen[1]).toMatchObject({
    headers: { 'x-vault-token': 'token', 'x-vault-namespace': 'acme' },
    body: { key_version: 2, hash_algorithm: 'sha2-256', marshaling_algorithm: 'asn1' },
  })
})

test('Vault: an Ed25519 key gets the message', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const service = await serve(({ url, body }) => {
    if (url.includes('/keys/')) return vaultKey('ed25519', raw.toString('base64'))
    const signature = sign(undefined, digestIn(body['input']), privateKey).toString('base64')
    return { data: { signature: `vault:v2:${signature}` } }
  })

  await assertSigns(await vault(service))
})

test.each<[string, Answer]>([
  ['no such key', () => undefined],
  [
    'a weak key',
    () => vaultKey('rsa', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)),
  ],
  ['junk', () => vaultKey('ecdsa-p256', 'junk')],
  ['nothing', () => ({})],
])('a service that answers %s is refused', async (_what, answer) => {
  await expect(vault(await serve(answer))).rejects.toMatchObject({ name: 'KeyUnavailable' })
})

test('a service that signs with another key, or another message, is found out', async () => {
  const [shown, other] = [ec('P-256'), ec('P-256')]
  const service = await serve(({ url, body }) => {
    if (url.includes('/keys/')) return vaultKey('ecdsa-p256', pem(shown.publicKey))
    const signature = signDigest(other.privateKey, digestIn(body['input']), 'der')
    return { data: { signature: `vault:v2:${signature.toString('base64')}` } }
  })
  const key = await vault(service)

  await expect(key.sign(bytes)).rejects.toThrow(/signature that is not of its key/)
})

test('a service that is not there is named', async () => {
  const { address } = await serve(() => ({}))
  server?.close()

  await expect(vault({ address, seen: [] })).rejects.toThrow(/Vault does not answer/)
})
