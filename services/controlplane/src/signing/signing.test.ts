import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { bundleFromJSON } from '@sigstore/bundle'
import { X509Certificate as ParsedCertificate } from '@sigstore/core'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'

import { generateAuthority, readAuthority } from './authority.ts'
import { readCertificateRequest } from './certificate-request.ts'
import { jobCa } from './job-ca.ts'
import { JOB_OIDS, OIDS, RUN_OIDS } from './oids.ts'
import { identityUri } from './run-identity.ts'
import type { RunIdentity } from './run-identity.ts'
import { generatePem, signingKey } from './signing-key.ts'
import { openSigning } from './signing.ts'
import { derOf, signedBundle } from './testing/bundles.ts'
import { newCertificateRequest } from './testing/certificate-requests.ts'
import { openssl } from './testing/openssl.ts'
import { TEST_INSTANCE, testSigning } from './testing/signings.ts'

const identity: RunIdentity = {
  instanceUrl: TEST_INSTANCE,
  organization: { id: 'a'.repeat(8), name: 'acme' },
  project: { id: 'b'.repeat(8), name: 'web' },
  workflow: { id: 'c'.repeat(8), name: 'build' },
  runId: '3f0c7a8e-7a3b-4a58-9d5a-3a0d0a1b2c3d',
  requestedBy: 'api_token:7',
}

let directory = ''
const kept = () => join(directory, 'signing')
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signing-'))
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

async function certify(
  signing: Awaited<ReturnType<typeof testSigning>>,
  whom: RunIdentity = identity,
) {
  const { pem, privateKey } = newCertificateRequest()
  const spki = readCertificateRequest(Buffer.from(pem))
  return { privateKey, certificate: await signing.jobCa.issue(whom, spki) }
}

function verifier(trustedRoot: Buffer): Verifier {
  const parsed: unknown = JSON.parse(trustedRoot.toString())
  return new Verifier(toTrustMaterial(TrustedRoot.fromJSON(parsed)), {
    ctlogThreshold: 1,
    tlogThreshold: 0,
    timestampThreshold: 1,
  })
}

test('a bundle signed with a run certificate and stamped by the built-in authority satisfies another verifier', async () => {
  const signing = await testSigning()
  const { privateKey, certificate } = await certify(signing)
  const bundle = await signedBundle({
    payload: Buffer.from('{}'),
    privateKey,
    certificate,
    timestampAuthority: signing.timestampAuthority,
  })

  const signer = verifier(signing.trust.attestations).verify(
    toSignedEntity(bundleFromJSON(bundle)),
    { subjectAlternativeName: `^${identityUri(identity).replaceAll('.', String.raw`\.`)}$` },
  )

  expect(signer.identity?.extensions?.issuer).toBe(TEST_INSTANCE)
})

test('what is signed with a run certificate is refused by the trust root of provenance', async () => {
  const signing = await testSigning()
  const { privateKey, certificate } = await certify(signing)
  const bundle = await signedBundle({
    payload: Buffer.from('{}'),
    privateKey,
    certificate,
    timestampAuthority: signing.timestampAuthority,
  })

  expect(() =>
    verifier(signing.trust.provenance).verify(toSignedEntity(bundleFromJSON(bundle))),
  ).toThrow(/certificate/)
})

test('the two trust roots have no certificate authority in common', async () => {
  const { trust } = await testSigning()
  const authorities = (root: Buffer): string[] =>
    TrustedRoot.fromJSON(JSON.parse(root.toString())).certificateAuthorities.flatMap(
      ({ certChain }) =>
        certChain?.certificates.map(({ rawBytes }) => rawBytes.toString('base64')) ?? [],
    )

  expect(authorities(trust.attestations)).toHaveLength(2)
  expect(authorities(trust.provenance)).toHaveLength(1)
  expect(authorities(trust.attestations)).not.toContain(authorities(trust.provenance)[0])
})

test('openssl accepts the chain of a run certificate, strictly', async () => {
  const { certificate } = await certify(await testSigning())
  const [leaf = '', intermediate = '', root = ''] = certificate.chain

  const answer = await openssl({ leaf, intermediate, root }, [
    'verify',
    '-x509_strict',
    '-check_ss_sig',
    '-purpose',
    'any',
    '-CAfile',
    'root',
    '-untrusted',
    'intermediate',
    'leaf',
  ])

  expect(answer.trim()).toBe('leaf: OK')
})

test('a run certificate names its run, lives ten minutes and may sign code', async () => {
  const now = new Date('2026-11-23T10:00:00.900Z')
  const { certificate } = await certify(await testSigning(() => now))
  const leaf = new X509Certificate(certificate.chain[0] ?? '')
  const text = await openssl({ leaf: certificate.chain[0] ?? '' }, ['x509', '-in', 'leaf', '-text'])

  expect(leaf.subjectAltName).toBe(
    `URI:${TEST_INSTANCE}/organizations/acme/projects/web/workflows/build/runs/${identity.runId}`,
  )
  expect(leaf.validFromDate).toEqual(new Date('2026-11-23T09:59:00Z'))
  expect(leaf.validToDate).toEqual(new Date('2026-11-23T10:10:00Z'))
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.3'])
  expect(leaf.ca).toBe(false)
  expect(leaf.subject ?? '').toBe('')
  expect(leaf.serialNumber.toLowerCase()).toBe(certificate.serial)
  expect(text).toContain(`${RUN_OIDS.runId}:`)
  expect(text).toContain(`.$${identity.runId}`)
})

test('the certificate of a job that proved itself names its workflow and what its token said', async () => {
  const job = {
    platform: 'github',
    issuer: 'https://token.actions.githubusercontent.com',
    subject: 'repo:acme/web:ref:refs/heads/main',
    rule: { id: '1', name: 'main' },
    claims: {},
    workflowUri: 'https://github.com/acme/web/.github/workflows/büild.yml@refs/heads/main',
    commit: 'a'.repeat(40),
    environment: 'github-hosted',
  } as const
  const { certificate } = await certify(await testSigning(), { ...identity, job })
  const leaf = ParsedCertificate.parse(certificate.chain[0] ?? '')
  const said = (oid: string): string | undefined =>
    leaf.extension(oid)?.valueObj.subs[0]?.value.toString('utf8')

  expect(leaf.subjectAltName).toBe(
    'https://github.com/acme/web/.github/workflows/b%C3%BCild.yml@refs/heads/main',
  )
  expect(said(OIDS.fulcioIssuer)).toBe(job.issuer)
  expect(said(JOB_OIDS.commit)).toBe(job.commit)
  expect(said(JOB_OIDS.environment)).toBe(job.environment)
  expect(said(JOB_OIDS.ref)).toBeUndefined()
  expect(said(RUN_OIDS.jobSubject)).toBe(job.subject)
  expect(said(RUN_OIDS.runId)).toBe(identity.runId)
})

test('the certificate of a service account says under which account its run was opened', async () => {
  const { certificate } = await certify(await testSigning())
  const leaf = ParsedCertificate.parse(certificate.chain[0] ?? '')

  expect(leaf.subjectAltName).toMatch(/^https:\/\/chainloop\.example\/organizations\/acme\//)
  expect(leaf.extension(RUN_OIDS.requestedBy)?.valueObj.subs[0]?.value.toString()).toBe(
    'api_token:7',
  )
  expect(leaf.extension(JOB_OIDS.repository)).toBeUndefined()
})

test('names in an identity are escaped, so that no name can pretend to be a path', () => {
  const uri = identityUri({ ...identity, project: { id: '1', name: 'web/workflows/other' } })

  expect(uri).toBe(
    `${TEST_INSTANCE}/organizations/acme/projects/web%2Fworkflows%2Fother/workflows/build/runs/${identity.runId}`,
  )
})

test('keys are generated once, in files that only their owner can read', async () => {
  const first = await openSigning({ instanceUrl: TEST_INSTANCE, directory: kept() })
  const again = await openSigning({ instanceUrl: TEST_INSTANCE, directory: kept() })

  expect(again.trust.attestations).toEqual(first.trust.attestations)
  expect(again.trust.provenance).toEqual(first.trust.provenance)
  const kinds = await readdir(join(directory, 'signing'))
  expect(kinds.toSorted()).toEqual([
    'ct-log',
    'job-ca',
    'log',
    'provenance',
    'timestamp-authority',
    'tuf',
  ])
  const key = await stat(join(directory, 'signing', 'provenance', 'key.pem'))
  expect(key.mode & 0o777).toBe(0o600)
  const folder = await stat(join(directory, 'signing', 'provenance'))
  expect(folder.mode & 0o777).toBe(0o700)
})

test('processes that start at the same time agree on the keys', async () => {
  const opened = await Promise.all(
    Array.from({ length: 4 }, () => openSigning({ instanceUrl: TEST_INSTANCE, directory: kept() })),
  )

  const roots = new Set(opened.map(({ trust }) => trust.attestations.toString()))
  expect(roots.size).toBe(1)
})

test('a folder with half of its files is refused and not overwritten', async () => {
  await openSigning({ instanceUrl: TEST_INSTANCE, directory: kept() })
  const chain = join(directory, 'signing', 'job-ca', 'chain.pem')
  await rm(chain)

  await expect(openSigning({ instanceUrl: TEST_INSTANCE, directory: kept() })).rejects.toThrow(
    /holds only a part/,
  )
})

test('given keys are used as they are, and must belong to their chain', async () => {
  await openSigning({ instanceUrl: TEST_INSTANCE, directory: kept() })
  const read = (kind: string, file: string): Promise<string> =>
    readFile(join(directory, 'signing', kind, file), 'utf8')
  const other = {
    chain: await read('job-ca', 'chain.pem'),
    key: await read('provenance', 'key.pem'),
  }

  await expect(
    openSigning({ instanceUrl: TEST_INSTANCE, directory: kept(), given: { 'job-ca': other } }),
  ).rejects.toThrow(/not for the signing key/)
})

test('without a data directory and without given keys there is nothing to sign with', async () => {
  await expect(openSigning({ instanceUrl: TEST_INSTANCE })).rejects.toThrow(
    /there is no data directory/,
  )
})

test('the form of existing clients finds the issuer by the key identifier in the leaf', async () => {
  const signing = await testSigning()
  const { certificate } = await certify(signing)
  const text = await openssl({ leaf: certificate.chain[0] ?? '' }, [
    'x509',
    '-in',
    'leaf',
    '-noout',
    '-ext',
    'authorityKeyIdentifier',
  ])
  const authorityKeyId =
    text.match(/[0-9A-F]{2}(?::[0-9A-F]{2}){19}/)?.[0].replaceAll(':', '') ?? ''
  const keyId = createHash('sha256').update(Buffer.from(authorityKeyId, 'hex')).digest('hex')

  expect(Object.keys(signing.trust.keys)).toEqual([keyId])
  expect(signing.trust.keys[keyId]?.map(derOf)).toEqual([...signing.jobCa.chain])
})

/** What a thief of the CA's key could do without the key of the certificate log. */
test.each([
  ['without a timestamp of a certificate log', 'sct_missing', undefined],
  ['with one of a log that nobody lists', 'sct_invalid', generatePem('P-256')],
])('a certificate of the job CA %s is refused', async (_what, code, pem) => {
  const generated = await generateAuthority('job-ca', { url: TEST_INSTANCE, now: new Date() })
  const given = { 'job-ca': generated }
  const signing = await openSigning({ instanceUrl: TEST_INSTANCE, directory: kept(), given })
  const foreign = pem === undefined ? undefined : await signingKey(pem)
  const thief = jobCa(await readAuthority(generated), {
    clock: () => new Date(),
    ...(foreign && { ctLog: () => foreign }),
  })
  const { privateKey, certificate } = await certify({ ...signing, jobCa: thief })
  const payload = Buffer.from('{}')
  const { timestampAuthority } = signing
  const bundle = await signedBundle({ payload, privateKey, certificate, timestampAuthority })

  const verify = () =>
    verifyBundle({ bundle: Buffer.from(JSON.stringify(bundle)), trust: signing.trust.root })

  expect(verify).toThrow(expect.objectContaining({ code }))
})
