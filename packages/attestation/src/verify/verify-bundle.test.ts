import { generateKeyPairSync, sign } from 'node:crypto'

import { expect, test } from '@jest/globals'

import { sha256 } from '../digest.ts'
import { pae } from '../dsse/pae.ts'
import {
  PAYLOAD,
  SIGNED_AT,
  certificate,
  createWorld,
  signedBundle,
  timestamp,
  trustedRoot,
} from './authority.test.fixture.ts'
import type { World } from './authority.test.fixture.ts'
import { parseTrustRoot } from './trust-root.ts'
import { VerificationFailed } from './verification.ts'
import { verifyBundle } from './verify-bundle.ts'
import type { VerifyOptions } from './verify-bundle.ts'

const world = createWorld()
const good = signedBundle(world)
const trust = parseTrustRoot(trustedRoot(world))

function codeOf(options: VerifyOptions): string {
  try {
    verifyBundle(options)
    return 'verified'
  } catch (cause) {
    if (cause instanceof VerificationFailed) return cause.code
    throw cause
  }
}

interface BundleJson {
  verificationMaterial: Record<string, unknown>
  dsseEnvelope: Record<string, unknown>
  mediaType?: unknown
  [key: string]: unknown
}

function edited(bundle: Uint8Array, edit: (json: BundleJson) => void): Uint8Array {
  const json: BundleJson = JSON.parse(new TextDecoder().decode(bundle))
  edit(json)
  return new TextEncoder().encode(JSON.stringify(json))
}

const verdictIn = (made: World, bundle = signedBundle(made)): string =>
  codeOf({ bundle, trust: parseTrustRoot(trustedRoot(made)) })

test('a bundle of our own authorities verifies and says who signed what and when', () => {
  const verified = verifyBundle({
    bundle: good,
    trust,
    identity: 'https://acme.example/web/build',
    issuer: { pattern: 'https://issuer\\.[a-z]+' },
    requireRfc3161: true,
    now: SIGNED_AT,
  })

  expect(Buffer.from(verified.payload)).toEqual(PAYLOAD)
  expect(verified.payloadType).toBe('application/vnd.in-toto+json')
  expect(verified.identity).toEqual({
    subject: 'https://acme.example/web/build',
    issuer: 'https://issuer.example',
  })
  expect(verified.timestamps).toEqual([{ source: 'timestamp-authority', time: SIGNED_AT }])
  expect(Buffer.from(verified.certificate ?? [])).toEqual(world.leaf.der)
})

test.each<[string, (json: BundleJson) => void, string]>([
  [
    'the timestamp',
    (json) => delete json.verificationMaterial['timestampVerificationData'],
    'timestamp_missing',
  ],
  [
    'the certificate',
    (json) => delete json.verificationMaterial['certificate'],
    'material_missing',
  ],
  ['all verification material', (json) => (json.verificationMaterial = {}), 'material_missing'],
  ['the signatures', (json) => (json.dsseEnvelope['signatures'] = []), 'bundle_malformed'],
  ['the payload', (json) => (json.dsseEnvelope['payload'] = ''), 'bundle_malformed'],
  ['the envelope', (json) => Reflect.deleteProperty(json, 'dsseEnvelope'), 'bundle_malformed'],
  ['the media type', (json) => delete json.mediaType, 'bundle_malformed'],
])('a bundle without %s is refused', (_, edit, code) => {
  expect(codeOf({ bundle: edited(good, edit), trust })).toBe(code)
})

/** Every bundle that has one bit of the member's bytes changed, for every seventh byte. */
function* flipped(member: string): Generator<Uint8Array> {
  const encoded = new TextDecoder().decode(good)
  const start = encoded.indexOf(`"${member}":"`) + member.length + 4
  const end = encoded.indexOf('"', start)
  const bytes = Buffer.from(encoded.slice(start, end), 'base64')
  for (let at = 0; at < bytes.length; at += 7) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    yield Buffer.from(encoded.slice(0, start) + changed.toString('base64') + encoded.slice(end))
  }
}

test.each(['payload', 'sig', 'rawBytes'])('no byte of %s can change', (member) => {
  const verdicts = Array.from(flipped(member), (bundle) => codeOf({ bundle, trust }))

  expect(verdicts.length).toBeGreaterThan(1)
  expect(verdicts).not.toContain('verified')
})

test('whatever byte of a timestamp changes, it never proves another time', () => {
  const times = Array.from(flipped('signedTimestamp'), (bundle) => {
    const code = codeOf({ bundle, trust })
    return code === 'verified' ? verifyBundle({ bundle, trust }).timestamps[0]?.time : SIGNED_AT
  })

  expect(new Set(times.map(String))).toEqual(new Set([String(SIGNED_AT)]))
})

test('a payload type that was not signed is refused', () => {
  const bundle = edited(good, (json) => (json.dsseEnvelope['payloadType'] = 'text/plain'))

  expect(codeOf({ bundle, trust })).toBe('signature_invalid')
})

test.each<[string, () => World, string]>([
  ['not for signing code', () => createWorld({ purpose: 'none' }), 'certificate_not_for_signing'],
  ['for timestamping', () => createWorld({ purpose: 'time' }), 'certificate_not_for_signing'],
  ['of an authority', () => createWorld({ ca: true }), 'certificate_not_for_signing'],
  [
    'that had expired',
    () => createWorld({ until: new Date('2026-08-01T09:59:59Z') }),
    'certificate_untrusted',
  ],
  [
    'that was not valid yet',
    () => createWorld({ from: new Date('2026-08-01T10:00:01Z') }),
    'certificate_untrusted',
  ],
])('a signer with a certificate %s is refused', (_, make, code) => {
  expect(verdictIn(make())).toBe(code)
})

test('a certificate of another authority is refused, whatever name that one has', () => {
  const other = createWorld()

  expect(codeOf({ bundle: signedBundle({ ...world, leaf: other.leaf }), trust })).toBe(
    'certificate_untrusted',
  )
})

test('a certificate that signs itself is refused', () => {
  const leaf = certificate({
    common: 'run',
    purpose: 'code',
    san: 'https://acme.example/web/build',
  })

  expect(codeOf({ bundle: signedBundle({ ...world, leaf }), trust })).toBe('certificate_untrusted')
})

test('a certificate issued by a leaf is refused', () => {
  const leaf = certificate({ common: 'deeper', issuer: world.leaf, purpose: 'code' })
  const bundle = edited(signedBundle({ ...world, leaf }), (json) => {
    json['mediaType'] = 'application/vnd.dev.sigstore.bundle+json;version=0.2'
    json.verificationMaterial = {
      ...json.verificationMaterial,
      certificate: undefined,
      x509CertificateChain: {
        certificates: [leaf, world.leaf].map(({ der }) => ({ rawBytes: der.toString('base64') })),
      },
    }
  })

  expect(codeOf({ bundle, trust })).toBe('certificate_untrusted')
})

test('a timestamp of another authority, of other bytes or outside the certificate is refused', () => {
  const signature = (json: BundleJson): Uint8Array => {
    const [first] = json.dsseEnvelope['signatures'] as { sig: string }[]
    return Buffer.from(first?.sig ?? '', 'base64')
  }
  const withStamp = (make: (sig: Uint8Array) => Buffer): Uint8Array =>
    edited(good, (json) => {
      const signedTimestamp = make(signature(json)).toString('base64')
      json.verificationMaterial['timestampVerificationData'] = {
        rfc3161Timestamps: [{ signedTimestamp }],
      }
    })
  const codeWith = (make: (sig: Uint8Array) => Buffer): string =>
    codeOf({ bundle: withStamp(make), trust })

  expect(codeWith((sig) => timestamp(world.tsa, sig, SIGNED_AT))).toBe('verified')
  expect(codeWith((sig) => timestamp(createWorld().tsa, sig, SIGNED_AT))).toBe('timestamp_invalid')
  expect(codeWith(() => timestamp(world.tsa, PAYLOAD, SIGNED_AT))).toBe('timestamp_invalid')
  expect(codeWith((sig) => timestamp(world.tsa, sig, new Date('2026-08-01T10:09:01Z')))).toBe(
    'certificate_untrusted',
  )
  expect(codeWith(() => Buffer.from('3005300302010200', 'hex'))).toBe('timestamp_invalid')
  expect(codeWith(() => Buffer.from('hello'))).toBe('timestamp_invalid')
})

test('a timestamp of the future is refused where the caller knows the time', () => {
  expect(codeOf({ bundle: good, trust, now: new Date(SIGNED_AT.getTime() - 1000) })).toBe(
    'timestamp_invalid',
  )
})

test('an authority is believed within its window only', () => {
  const window = (name: string, validFor: object): string => {
    const json: Record<string, object[]> = JSON.parse(new TextDecoder().decode(trustedRoot(world)))
    const changes = { [name]: json[name]?.map((authority) => ({ ...authority, validFor })) }
    return codeOf({ bundle: good, trust: parseTrustRoot(trustedRoot(world, changes)) })
  }
  const closed = { start: '2026-01-01T00:00:00Z', end: '2026-08-01T09:59:59Z' }
  const exact = { start: SIGNED_AT.toISOString(), end: SIGNED_AT.toISOString() }

  expect(window('certificateAuthorities', closed)).toBe('certificate_untrusted')
  expect(window('timestampAuthorities', closed)).toBe('timestamp_invalid')
  expect(window('certificateAuthorities', exact)).toBe('verified')
  expect(window('timestampAuthorities', exact)).toBe('verified')
})

test('a root that lists a log or a CT log makes their proofs mandatory', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const rawBytes = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const log = {
    baseUrl: 'https://log.example',
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes,
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: '2026-01-01T00:00:00Z' },
    },
    logId: { keyId: 'AAAA' },
  }
  const listing = (name: string): string =>
    codeOf({ bundle: good, trust: parseTrustRoot(trustedRoot(world, { [name]: [log] })) })

  expect(listing('tlogs')).toBe('log_entry_missing')
  expect(listing('ctlogs')).toBe('sct_missing')
})

test('a root without a timestamp authority cannot verify a certificate', () => {
  const lone = parseTrustRoot(trustedRoot(world, { timestampAuthorities: [] }))

  expect(codeOf({ bundle: good, trust: lone })).toBe('timestamp_invalid')
  expect(codeOf({ bundle: signedBundle(world, { stamped: false }), trust: lone })).toBe(
    'timestamp_missing',
  )
})

test.each<[string, (made: World) => object, string]>([
  ['no media type', () => ({ mediaType: undefined }), 'mediaType'],
  ['an authority without a start', () => ({ certificateAuthorities: [{}] }), 'validFor'],
  [
    'a TSA that is a CA',
    ({ tsaRoot }) => ({
      timestampAuthorities: [
        {
          certChain: { certificates: [{ rawBytes: tsaRoot.der.toString('base64') }] },
          validFor: { start: '2026-01-01T00:00:00Z' },
        },
      ],
    }),
    'not for timestamping alone',
  ],
  [
    'junk for a certificate',
    () => ({
      timestampAuthorities: [
        {
          certChain: { certificates: [{ rawBytes: 'AAAA' }] },
          validFor: { start: '2026-01-01T00:00:00Z' },
        },
      ],
    }),
    'cannot be read',
  ],
])('a trusted root with %s is refused', (_, changes, message) => {
  expect(() => parseTrustRoot(trustedRoot(world, changes(world)))).toThrow(message)
})

test('a TSA whose certificate is not for timestamping is not trusted', () => {
  const made = createWorld({}, { purpose: 'code' })

  expect(() => parseTrustRoot(trustedRoot(made))).toThrow('not for timestamping alone')
})

test.each<[Partial<VerifyOptions>, string]>([
  [{ identity: 'https://acme.example/web/build' }, 'verified'],
  [{ identity: 'https://acme.example/web' }, 'identity_mismatch'],
  [{ identity: 'https://acme.example/web/.*' }, 'identity_mismatch'],
  [{ identity: { pattern: 'https://acme\\.example/web/.*' } }, 'verified'],
  [{ identity: { pattern: 'https://acme\\.example/web' } }, 'identity_mismatch'],
  [{ identity: { pattern: 'x|https://acme\\.example' } }, 'identity_mismatch'],
  [{ issuer: 'https://issuer.example' }, 'verified'],
  [{ issuer: 'https://issuer' }, 'issuer_mismatch'],
])('the signer compared with %j: %s', (expected, code) => {
  expect(codeOf({ bundle: good, trust, ...expected })).toBe(code)
})

test('an artifact that the statement is not about is refused', () => {
  const artifact = Buffer.from('binary')

  expect(codeOf({ bundle: good, trust, artifact })).toBe('artifact_mismatch')
  expect(codeOf({ bundle: good, trust, artifact: sha256(artifact) })).toBe('artifact_mismatch')
})

test('a bundle that was signed with a key verifies with that key and no other', () => {
  const pem = (key: typeof pair): string =>
    key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const sig = sign('sha256', pae('application/vnd.in-toto+json', PAYLOAD), pair.privateKey)
  const bundle = edited(good, (json) => {
    json.verificationMaterial = { publicKey: { hint: 'k' } }
    json.dsseEnvelope['signatures'] = [{ sig: sig.toString('base64') }]
  })

  expect(codeOf({ bundle, key: pem(pair) })).toBe('verified')
  expect(codeOf({ bundle, key: pem(generateKeyPairSync('ec', { namedCurve: 'P-256' })) })).toBe(
    'signature_invalid',
  )
  expect(codeOf({ bundle, key: 'junk' })).toBe('key_missing')
  expect(codeOf({ bundle })).toBe('key_missing')
  expect(codeOf({ bundle, key: pem(pair), trust })).toBe('timestamp_missing')
  expect(codeOf({ bundle, key: pem(pair), identity: 'https://acme.example/web/build' })).toBe(
    'identity_mismatch',
  )
  expect(codeOf({ bundle: good, key: pem(pair), trust })).toBe('key_missing')
  expect(codeOf({ bundle: good })).toBe('trust_root_malformed')
})
