import { createPublicKey, generateKeyPairSync } from 'node:crypto'

import { expect, test } from '@jest/globals'

import { readCertificateRequest } from './certificate-request.ts'
import { EMPTY_NAME } from './certificate.ts'
import { derOf } from './testing/bundles.ts'
import { newCertificateRequest, pemBlock, requestPem } from './testing/certificate-requests.ts'
import { openssl } from './testing/openssl.ts'

const read = (pem: string): Buffer => readCertificateRequest(Buffer.from(pem))

test('the key of a request is taken, and nothing else', () => {
  const { pem, privateKey } = newCertificateRequest()

  expect(read(pem)).toEqual(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }))
})

test('a request that openssl wrote is read', async () => {
  const pem = await openssl({}, [
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=job',
    '-keyout',
    'key.pem',
  ])

  expect(read(pem)).toHaveLength(91)
})

test.each([
  ['RSA', ['rsa:2048']],
  ['Ed25519', ['ed25519']],
  ['secp256k1', ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1']],
  ['P-384', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
  [
    'explicit parameters',
    ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-pkeyopt', 'ec_param_enc:explicit'],
  ],
])('a request for a key of another kind is refused: %s', async (_kind, newKey) => {
  const pem = await openssl({}, [
    'req',
    '-new',
    '-newkey',
    ...newKey,
    '-nodes',
    '-subj',
    '/CN=job',
    '-keyout',
    'key.pem',
  ])

  expect(() => read(pem)).toThrow(/ECDSA/)
})

test('a key that the requester does not hold is refused', () => {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = foreign.publicKey.export({ type: 'spki', format: 'der' })

  const pem = requestPem({ spki, name: EMPTY_NAME }, own.privateKey)

  expect(() => read(pem)).toThrow(/not signed by the key/)
})

test('a changed request is refused', () => {
  const der = derOf(newCertificateRequest().pem)
  der[25] = (der[25] ?? 0) ^ 1

  expect(() => read(pemBlock('CERTIFICATE REQUEST', der))).toThrow(/certificate signing request/)
})

const { pem: good } = newCertificateRequest()
const goodDer = derOf(good)

test.each([
  ['nothing', ''],
  ['two blocks', good + good],
  ['text before the block', `hello\n${good}`],
  ['text after the block', `${good}hello`],
  ['another label', pemBlock('NEW CERTIFICATE REQUEST', goodDer)],
  [
    'bytes after the request',
    pemBlock('CERTIFICATE REQUEST', Buffer.concat([goodDer, Buffer.of(0)])),
  ],
  ['a part of a request', pemBlock('CERTIFICATE REQUEST', goodDer.subarray(0, 40))],
  ['an empty sequence', pemBlock('CERTIFICATE REQUEST', Buffer.of(0x30, 0))],
  ['not DER', pemBlock('CERTIFICATE REQUEST', Buffer.from('hello'))],
  ['a length in more octets than it needs', pemBlock('CERTIFICATE REQUEST', longLength(goodDer))],
  ['too many bytes', good + '\n'.repeat(10_000)],
])('a malformed request is refused: %s', (_what, pem) => {
  expect(() => read(pem)).toThrow(/^the certificate signing request /)
})

function longLength(der: Buffer): Buffer {
  const length = der.length - (der[1] === 0x81 ? 3 : 4)
  return Buffer.concat([
    Buffer.of(0x30, 0x83, 0, length >> 8, length & 255),
    der.subarray(der.length - length),
  ])
}
