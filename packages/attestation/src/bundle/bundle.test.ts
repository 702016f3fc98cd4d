import { expect, test } from '@jest/globals'
import { bundleFromJSON } from '@sigstore/bundle'

import { pae } from '../dsse/pae.ts'
import type { JsonValue } from '../json/json-value.ts'
import {
  BUNDLE_MEDIA_TYPE,
  InvalidBundle,
  bundleDigest,
  createBundle,
  parseBundle,
} from './bundle.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const parts = {
  payload: utf8('{"a":1}'),
  signature: Buffer.from('3045022100ff', 'hex'),
  signer: { certificate: Buffer.from('3082aabb', 'hex') },
  timestamps: [Buffer.from('3003020100', 'hex')],
}

/** A good bundle with one member replaced (`undefined`: removed). */
function changed(path: string, value?: JsonValue): Uint8Array {
  const json: Record<string, unknown> = JSON.parse(new TextDecoder().decode(createBundle(parts)))
  const names = path.split('.')
  const last = names.pop() ?? ''
  const parent = names.reduce<Record<string, unknown>>(
    (object, name) => object[name] as Record<string, unknown>,
    json,
  )
  parent[last] = value
  return utf8(JSON.stringify(json))
}

test('a created bundle is read back', () => {
  const bundle = parseBundle(createBundle(parts))

  expect(bundle.mediaType).toBe(BUNDLE_MEDIA_TYPE)
  expect(bundle.envelope).toEqual({
    payloadType: 'application/vnd.in-toto+json',
    payload: new Uint8Array(parts.payload),
    signature: new Uint8Array(parts.signature),
    keyId: '',
  })
  expect(bundle.certificate).toEqual(new Uint8Array(parts.signer.certificate))
  expect(bundle.timestamps).toEqual([new Uint8Array(parts.timestamps[0] ?? [])])
  expect(bundle.logEntryCount).toBe(0)
})

test('a bundle that a key signed names it, and never by nothing', () => {
  const named = parseBundle(createBundle({ ...parts, signer: { publicKeyHint: 'aGludA==' } }))

  expect(named.publicKeyHint).toBe('aGludA==')
  expect(named.certificate).toBeUndefined()
  expect(() => createBundle({ ...parts, signer: { publicKeyHint: '' } })).toThrow('empty')
})

test('a created bundle is one that the sigstore library accepts', () => {
  const json: unknown = JSON.parse(new TextDecoder().decode(createBundle(parts)))

  expect(bundleFromJSON(json).mediaType).toBe(BUNDLE_MEDIA_TYPE)
})

test.each(['0.1', '0.2', '0.3'])('the older spelling of version %s is read', (version) => {
  const mediaType = `application/vnd.dev.sigstore.bundle+json;version=${version}`

  expect(parseBundle(changed('mediaType', mediaType)).mediaType).toBe(mediaType)
})

test('a bundle without verification material is read as having none', () => {
  const bundle = parseBundle(changed('verificationMaterial', {}))

  expect(bundle.certificate).toBeUndefined()
  expect(bundle.publicKeyHint).toBeUndefined()
})

const twice = Buffer.from(Buffer.from(parts.signature).toString('base64')).toString('base64')

test.each<[string, Uint8Array, string]>([
  ['an empty file', utf8(''), 'line 1, column 1'],
  ['a list', utf8('[]'), 'the document is not an object but a list'],
  [
    'an unknown version',
    changed('mediaType', 'application/vnd.dev.sigstore.bundle.v0.9+json'),
    'v0.9',
  ],
  ['no media type', changed('mediaType'), 'mediaType is not a string but missing'],
  ['no envelope', changed('dsseEnvelope'), 'messageSignature is not an object but missing'],
  ['no signature', changed('dsseEnvelope.signatures', []), 'has 0 signatures'],
  [
    'two signatures',
    changed('dsseEnvelope.signatures', [{ sig: 'AAAA' }, { sig: 'AAAA' }]),
    'has 2',
  ],
  [
    'a signature encoded twice',
    changed('dsseEnvelope.signatures', [{ sig: twice }]),
    'encoded twice',
  ],
  ['an empty signature', changed('dsseEnvelope.signatures', [{ sig: '' }]), 'sig is empty'],
  ['an empty payload', changed('dsseEnvelope.payload', ''), 'dsseEnvelope.payload is empty'],
  ['a payload with junk in it', changed('dsseEnvelope.payload', 'e30=\n'), 'not standard base64'],
  ['a payload in url-safe base64', changed('dsseEnvelope.payload', '_-_-'), 'not standard base64'],
  ['no verification material', changed('verificationMaterial'), 'verificationMaterial is not'],
  ['both contents', changed('messageSignature', { signature: 'AAAA' }), 'a message signature'],
  [
    'a certificate and a key',
    changed('verificationMaterial.publicKey', { hint: 'x' }),
    'more than one signer',
  ],
  [
    'an empty chain',
    changed('verificationMaterial', { x509CertificateChain: { certificates: [] } }),
    'has no certificate',
  ],
  ['duplicate keys', utf8('{"mediaType":"a","mediaType":"b"}'), 'duplicate key "mediaType"'],
])('%s is refused', (_, bytes, message) => {
  expect(() => parseBundle(bytes)).toThrow(InvalidBundle)
  expect(() => parseBundle(bytes)).toThrow(message)
})

test('the digest is that of the exact bytes', () => {
  expect(bundleDigest(utf8(''))).toBe(
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
})

test('the pre-authentication encoding counts bytes, not characters', () => {
  expect(new TextDecoder().decode(pae('http://example.com/HelloWorld', utf8('hello world')))).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  )
  expect(new TextDecoder().decode(pae('tÿpe', utf8('é')))).toBe('DSSEv1 5 tÿpe 2 é')
})
