import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import type { Server } from 'node:http'

import { parseBundle } from '@chainloop/attestation/bundle/bundle'
import { certificate } from '@chainloop/attestation/verify/authority.test.fixture'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'
import { generateCosignKeyPair } from '@chainloop/keys/cosign-key'
import { localKey } from '@chainloop/keys/local-key'
import { afterEach, expect, test } from '@jest/globals'

import {
  stampQuery,
  timestampAuthority,
  timestampServer,
} from '../testing/authorities.test.fixture.ts'
import { listen } from '../testing/listen.test.fixture.ts'
import { signBundle } from './bundle.ts'
import { keySigner, readCertificate } from './key-signer.ts'
import { openSigner } from './open-signer.ts'
import { timestamp } from './timestamp.ts'

const payload = Buffer.from('{"_type":"statement"}')
const payloadType = 'application/vnd.in-toto+json'
const nobody = async (): Promise<string> => {
  throw new Error('nobody was to be asked')
}

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function authority(answer: (query: Buffer) => Buffer | number): Promise<string> {
  const server = timestampServer(answer)
  servers.push(server)
  return `http://${await listen(server)}/tsa`
}

test('a bundle of a key names it by its fingerprint, and verifies with its public half', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signer = keySigner(localKey(privateKey))

  const bundle = await signBundle({ payload, payloadType, signer })

  const key = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  expect(parseBundle(bundle).publicKeyHint).toMatch(/^[A-Za-z0-9+/]{43}=$/)
  expect(Buffer.from(verifyBundle({ bundle, key }).payload)).toEqual(payload)
})

test('a certificate for the key takes the place of its name, and one for another key is refused', async () => {
  const leaf = certificate({ common: 'leaf', purpose: 'code' })
  const der = new X509Certificate(leaf.der)
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

  const bundle = await signBundle({
    payload,
    payloadType,
    signer: keySigner(localKey(leaf.key), der),
  })

  expect(Buffer.from(parseBundle(bundle).certificate ?? [])).toEqual(leaf.der)
  expect(() => keySigner(localKey(other), der)).toThrow('the certificate is for another key')
  expect(() => readCertificate(Buffer.from('hello'))).toThrow('not one in PEM')
})

test('an encrypted key comes from the environment, and its password from whoever has it', async () => {
  const { privateKey, publicKey } = await generateCosignKeyPair('secret')
  const env = { KEY: privateKey }
  const open = (password: () => Promise<string>) => openSigner({ key: 'env://KEY', env, password })

  const signer = await open(async () => 'secret')

  const bundle = await signBundle({ payload, payloadType, signer })
  expect(verifyBundle({ bundle, key: publicKey }).payload).toBeDefined()
  await expect(open(async () => 'wrong')).rejects.toThrow('the password is wrong')
  await expect(openSigner({ key: 'env://NOTHING', env, password: nobody })).rejects.toThrow(
    'NOTHING is not set',
  )
})

test('a private key is not fetched in the clear', async () => {
  const opening = openSigner({ key: 'http://keys.example/release', env: {}, password: nobody })

  await expect(opening).rejects.toThrow('keys.example by https')
})

test('a SignServer without a public key cannot be asked for a signature', async () => {
  const opening = openSigner({ key: 'signserver://host/Worker', env: {}, password: nobody })

  await expect(opening).rejects.toThrow(/CHAINLOOP_SIGNING_PUBLIC_KEY/)
})

test('every timestamp authority has its say in the bundle', async () => {
  const { tsa } = timestampAuthority()
  const urls = [
    await authority((query) => stampQuery(query, tsa)),
    await authority((query) => stampQuery(query, tsa)),
  ]
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  const bundle = await signBundle({
    payload,
    payloadType,
    signer: keySigner(
      localKey(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))),
    ),
    stamps: urls.map((url) => (signature) => timestamp(url, signature)),
  })

  expect(parseBundle(bundle).timestamps).toHaveLength(2)
})

test('one timestamp authority that does not answer, or not about this, is one too many', async () => {
  const { tsa } = timestampAuthority()
  const good = await authority((query) => stampQuery(query, tsa))
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signed = (...urls: string[]) =>
    signBundle({
      payload,
      payloadType,
      signer: keySigner(localKey(privateKey)),
      stamps: urls.map((url) => (signature) => timestamp(url, signature)),
    })
  const silent = await authority(() => 503)
  const lying = await authority((query) => stampQuery(query, tsa, { imprint: Buffer.alloc(32) }))

  await expect(signed(good, silent)).rejects.toThrow(`${silent} answered with status 503`)
  await expect(signed(good, lying)).rejects.toThrow(`${lying} stamped other bytes`)
})
