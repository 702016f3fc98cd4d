import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { Server } from 'node:http'

import { isSignedBy } from '@chainloop/attestation/verify/public-key'
import { afterEach, expect, test } from '@jest/globals'

import {
  jsonServer,
  listen,
  signDigest,
  type Answer,
  type Seen,
} from '../testing/stand-ins.test.fixture.ts'
import { openAwsKey } from './aws.ts'

const bytes = Buffer.from('what is signed')
const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd'
let server: Server | undefined
afterEach(() => {
  server?.close()
})

async function open(answer: Answer, seen: Seen[] = [], reference = 'awskms:///alias/release') {
  server = jsonServer(answer, seen)
  return openAwsKey(reference, {
    endpoint: await listen(server),
    region: 'eu-central-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    maxAttempts: 1,
  })
}

const targetOf = ({ headers }: Seen): string => String(headers['x-amz-target'])
const spki = (key: KeyObject): string =>
  key.export({ type: 'spki', format: 'der' }).toString('base64')

function shown(publicKey: KeyObject, algorithms: readonly string[]): object {
  return { KeyId: ARN, PublicKey: spki(publicKey), SigningAlgorithms: algorithms }
}

test.each([
  ['P-256', 'ECDSA_SHA_256'],
  ['P-384', 'ECDSA_SHA_384'],
  ['P-521', 'ECDSA_SHA_512'],
])('%s signs a digest, with the key that was shown', async (namedCurve, algorithm) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve })
  const seen: Seen[] = []
  const key = await open((asked) => {
    if (targetOf(asked) === 'TrentService.GetPublicKey') return shown(publicKey, [algorithm])
    const digest = Buffer.from(String(asked.body['Message']), 'base64')
    return { Signature: signDigest(privateKey, digest, 'der').toString('base64') }
  }, seen)

  expect(isSignedBy(key.publicKey, bytes, await key.sign(bytes))).toBe(true)
  expect(seen[0]?.body).toEqual({ KeyId: 'alias/release' })
  expect(seen[1]?.body).toMatchObject({
    KeyId: ARN,
    MessageType: 'DIGEST',
    SigningAlgorithm: algorithm,
  })
  expect(seen[1]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=id\//)
})

test('Ed25519 gets the message', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = await open((asked) =>
    targetOf(asked) === 'TrentService.GetPublicKey'
      ? shown(publicKey, ['ED25519_SHA_512', 'ED25519_PH_SHA_512'])
      : {
          Signature: sign(
            undefined,
            Buffer.from(String(asked.body['Message']), 'base64'),
            privateKey,
          ).toString('base64'),
        },
  )

  expect(isSignedBy(key.publicKey, bytes, await key.sign(bytes))).toBe(true)
})

test('a key for encryption is refused', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

  await expect(open(() => shown(publicKey, []))).rejects.toThrow(/is not for signing/)
})

test('a signature that is not of the key is found out', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = await open((asked) =>
    targetOf(asked) === 'TrentService.GetPublicKey'
      ? shown(publicKey, ['ECDSA_SHA_256'])
      : { Signature: 'AAAA' },
  )

  await expect(key.sign(bytes)).rejects.toThrow(/not of its key/)
})

test('what the service refuses is told', async () => {
  await expect(open(() => undefined)).rejects.toMatchObject({ name: 'KeyUnavailable' })
})
