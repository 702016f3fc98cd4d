import { generateKeyPairSync, sign } from 'node:crypto'

import { pae } from '@chainloop/attestation/dsse/pae'
import { expect, test } from '@jest/globals'

import { verifyDeliveryReceipt } from './delivery-receipt.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const payloadType = 'application/vnd.in-toto+json'

const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'attestation', digest: { sha256: 'a'.repeat(64) } }],
  predicateType: 'https://chainloop.dev/delivery-receipt/v1',
  predicate: {
    issuer: 'https://chainloop.example',
    integration: 'hook',
    deliveryId: 'd',
    state: 'delivered',
    finishedAt: '2026-11-23T10:00:00.000Z',
  },
}

function receiptOf(content: object, changed: object = content): string {
  const signature = sign(
    undefined,
    pae(payloadType, Buffer.from(JSON.stringify(content))),
    privateKey,
  )
  return JSON.stringify({
    payloadType,
    payload: Buffer.from(JSON.stringify(changed)).toString('base64'),
    signatures: [{ sig: signature.toString('base64') }],
  })
}

test('a receipt that the key signed is read', () => {
  expect(verifyDeliveryReceipt(receiptOf(statement), pem)).toEqual({
    attestationDigest: `sha256:${'a'.repeat(64)}`,
    ...statement.predicate,
  })
})

test('a receipt that was changed, or of another key, is refused', () => {
  const lie = { ...statement, predicate: { ...statement.predicate, state: 'failed' } }
  const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })

  expect(() => verifyDeliveryReceipt(receiptOf(statement, lie), pem)).toThrow(/not signed/)
  expect(() => verifyDeliveryReceipt(receiptOf(statement), other.toString())).toThrow(/not signed/)
})

test.each([
  ['', 'no receipt'],
  ['{}', 'no receipt'],
  ['{"payloadType":"x","payload":"!","signatures":[{"sig":"AA=="}]}', 'no receipt'],
  [receiptOf({ ...statement, predicateType: 'https://slsa.dev/provenance/v1' }), 'something else'],
])('%.40s is refused', (text, reason) => {
  expect(() => verifyDeliveryReceipt(text, pem)).toThrow(reason)
})

test('a key of another kind is refused', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
  const text = rsa.export({ type: 'spki', format: 'pem' }).toString()

  expect(() => verifyDeliveryReceipt(receiptOf(statement), text)).toThrow(/Ed25519/)
  expect(() => verifyDeliveryReceipt(receiptOf(statement), 'no key')).toThrow(/Ed25519/)
})
