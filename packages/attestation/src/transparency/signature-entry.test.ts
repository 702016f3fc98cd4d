import { createHash, generateKeyPairSync } from 'node:crypto'

import { expect, test } from '@jest/globals'

import { pae } from '../dsse/pae.ts'
import { signatureEntry, UnloggableKey } from './signature-entry.ts'

const signed = {
  payloadType: 'application/vnd.in-toto+json',
  payload: new Uint8Array(Buffer.from('{}')),
  signature: new Uint8Array(Buffer.from('signature')),
}

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).publicKey

test('an entry is what a log of Rekor v2 would have made of the signature', () => {
  const publicKey = ec('P-256')
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const digest = createHash('sha256')
    .update(pae(signed.payloadType, signed.payload))
    .digest('base64')

  const entry = Buffer.from(signatureEntry({ ...signed, verifier: { publicKey } })).toString()

  expect(entry).toBe(
    `{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256","digest":"${digest}"},"signature":{"content":"c2lnbmF0dXJl","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"${spki}"}}}}}}`,
  )
})

test.each([
  ['P-384', ec('P-384'), 'PKIX_ECDSA_P384_SHA_256'],
  ['P-521', ec('P-521'), 'PKIX_ECDSA_P521_SHA_256'],
  ['RSA 3072', rsa(3072), 'PKIX_RSA_PKCS1V15_3072_SHA256'],
  ['RSA 2560', rsa(2560), 'PKIX_RSA_PKCS1V5'],
  ['Ed25519', generateKeyPairSync('ed25519').publicKey, 'PKIX_ED25519'],
])('every key that may sign can be logged: %s', (_name, publicKey, keyDetails) => {
  const entry = signatureEntry({ ...signed, verifier: { publicKey } })

  expect(Buffer.from(entry).toString()).toContain(`"keyDetails":"${keyDetails}"`)
})

test('a key that nothing may be signed with cannot', () => {
  const verifier = { publicKey: ec('secp256k1') }

  expect(() => signatureEntry({ ...signed, verifier })).toThrow(UnloggableKey)
})
