import { randomBytes } from 'node:crypto'

import { expect, test } from '@jest/globals'
import { RFC3161Timestamp } from '@sigstore/core'
import * as fc from 'fast-check'

import { pemCertificate } from './certificate.ts'
import { boolean, integer, octetString, oid, sequence, tagged } from './der.ts'
import type { Der } from './der.ts'
import { OIDS, TIMESTAMP_POLICY } from './oids.ts'
import { openssl, opensslBytes } from './testing/openssl.ts'
import { testSigning } from './testing/signings.ts'
import { timestampQuery } from './timestamp-query.ts'

const { timestampAuthority } = await testSigning()
const [own, root] = timestampAuthority.chain.map(pemCertificate)
const files = { own: own ?? '', root: root ?? '' }

test.each(['-sha256', '-sha384', '-sha512'])(
  'openssl verifies a stamp that it asked for: %s',
  async (digest) => {
    const query = await opensslBytes({ data: randomBytes(100) }, [
      'ts',
      '-query',
      '-data',
      'data',
      digest,
      '-cert',
    ])

    const response = await timestampAuthority.respond(query)

    const answer = await openssl({ ...files, query, response }, [
      'ts',
      '-verify',
      '-queryfile',
      'query',
      '-in',
      'response',
      '-CAfile',
      'root',
    ])
    expect(answer).toContain('Verification: OK')
  },
)

test('a stamp without the certificate and without a nonce verifies with the certificate at hand', async () => {
  const query = await opensslBytes({ data: 'hello' }, [
    'ts',
    '-query',
    '-data',
    'data',
    '-sha256',
    '-no_nonce',
  ])

  const response = await timestampAuthority.respond(query)

  const answer = await openssl({ ...files, query, response }, [
    'ts',
    '-verify',
    '-queryfile',
    'query',
    '-in',
    'response',
    '-CAfile',
    'root',
    '-untrusted',
    'own',
  ])
  expect(answer).toContain('Verification: OK')
})

test('a stamp of something else does not verify', async () => {
  const response = await timestampAuthority.respond(timestampQuery(Buffer.from('one')))

  await expect(
    openssl({ ...files, data: 'two', response }, [
      'ts',
      '-verify',
      '-data',
      'data',
      '-in',
      'response',
      '-CAfile',
      'root',
    ]),
  ).rejects.toThrow(/message imprint mismatch/)
})

test('openssl accepts the certificate of the authority for timestamps only', async () => {
  const chain = ['-x509_strict', '-CAfile', 'root', 'own']

  expect(await openssl(files, ['verify', '-purpose', 'timestampsign', ...chain])).toContain('OK')
  await expect(openssl(files, ['verify', '-purpose', 'sslserver', ...chain])).rejects.toThrow(
    /unsuitable|unsupported/,
  )
})

test('the time of a stamp is the clock’s, in whole seconds', async () => {
  const authority = (await testSigning(() => new Date('2026-11-23T10:00:00.987Z')))
    .timestampAuthority

  const stamp = RFC3161Timestamp.parse(await authority.respond(timestampQuery(Buffer.of(1))))

  expect(stamp.tstInfo.genTime).toEqual(new Date('2026-11-23T10:00:00Z'))
})

const imprint = sequence(sequence(oid(OIDS.sha256)), octetString(randomBytes(32)))
const sha1 = sequence(sequence(oid('1.3.14.3.2.26')), octetString(randomBytes(20)))
const short = sequence(sequence(oid(OIDS.sha256)), octetString(randomBytes(31)))

test.each<[string, Der, string]>([
  ['another version', sequence(integer(2), imprint), 'transaction not permitted'],
  ['a weak digest', sequence(integer(1), sha1), 'unrecognized or unsupported algorithm'],
  ['a digest that is too short', sequence(integer(1), short), 'the data submitted has the wrong'],
  [
    'another policy',
    sequence(integer(1), imprint, oid('1.2.3.4')),
    'the requested tsa policy is not',
  ],
  ['an extension', sequence(integer(1), imprint, tagged(0)), 'requested extension is not'],
  ['a nonce after certReq', sequence(integer(1), imprint, boolean(true), integer(1)), 'the data'],
  ['no DER', Buffer.from('hello'), 'the data submitted has the wrong format'],
])('a query is rejected with its reason: %s', async (_what, query, reason) => {
  const response = await timestampAuthority.respond(query)

  const text = await openssl({ response }, ['ts', '-reply', '-in', 'response', '-text'])
  expect(text).toContain('Status: Rejected')
  expect(text.toLowerCase()).toContain(reason)
})

test('our own policy may be asked for', async () => {
  const query = sequence(integer(1), imprint, oid(TIMESTAMP_POLICY))

  expect(RFC3161Timestamp.parse(await timestampAuthority.respond(query)).status).toBe(0n)
})

test('no bytes make the authority fail', async () => {
  const good = timestampQuery(Buffer.of(1))
  const damaged = fc
    .tuple(fc.nat(good.length - 1), fc.nat(255))
    .map(([at, octet]) => Buffer.from(good.with(at, octet)))
  const arbitrary = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))

  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, arbitrary), async (query) => {
      const response = await timestampAuthority.respond(query)
      expect(response[0]).toBe(0x30)
    }),
    { numRuns: 300 },
  )
})
