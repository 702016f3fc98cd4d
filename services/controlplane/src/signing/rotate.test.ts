import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openCheckpoint, signCheckpoint } from '@chainloop/attestation/merkle/checkpoint'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'

import { readCertificateRequest } from './certificate-request.ts'
import type { KeyKind } from './generations.ts'
import { rotateKey } from './rotate.ts'
import { openSigning } from './signing.ts'
import type { Signing } from './signing.ts'
import { signedBundle } from './testing/bundles.ts'
import { newCertificateRequest } from './testing/certificate-requests.ts'
import { TEST_INSTANCE } from './testing/signings.ts'
import { startVault } from './testing/vault.ts'

const HOUR_MS = 3600 * 1000
const ROTATABLE = ['job-ca', 'timestamp-authority', 'ct-log'] as const satisfies readonly KeyKind[]

let directory = ''
let now = new Date()
const clock = () => now
const settings = () => ({ instanceUrl: TEST_INSTANCE, directory, clock })
const later = (ms: number): Date => new Date(+now + ms)

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rotate-'))
  now = new Date('2026-11-23T10:00:00Z')
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

async function evidence(signing: Signing): Promise<object> {
  const { pem, privateKey } = newCertificateRequest()
  const named = { id: '1', name: 'acme' }
  const identity = {
    instanceUrl: TEST_INSTANCE,
    organization: named,
    project: named,
    workflow: named,
    runId: '1',
    requestedBy: 'api_token:1',
  }
  return signedBundle({
    payload: Buffer.from('{}'),
    privateKey,
    certificate: await signing.jobCa.issue(identity, readCertificateRequest(Buffer.from(pem))),
    timestampAuthority: signing.timestampAuthority,
  })
}

function isGood(bundle: object, { trust }: Pick<Signing, 'trust'>): boolean {
  const root = TrustedRoot.fromJSON(JSON.parse(trust.attestations.toString()))
  const verifier = new Verifier(toTrustMaterial(root), { tlogThreshold: 0 })
  try {
    verifier.verify(toSignedEntity(bundleFromJSON(bundle)))
    return true
  } catch {
    return false
  }
}

test('every key of attestations is rotated without a pause, and old evidence verifies for ever', async () => {
  const signing = await openSigning(settings())
  const before = await evidence(signing)
  const authority = signing.jobCa.chain

  for (const kind of ROTATABLE) await rotateKey(settings(), { kind, since: later(HOUR_MS) })
  expect(await signing.reload()).toBe(true)
  expect(await signing.reload()).toBe(false)
  const between = await evidence(signing)
  expect(signing.jobCa.chain).toEqual(authority)

  now = later(HOUR_MS)
  const after = await evidence(signing)
  expect(signing.jobCa.chain).not.toEqual(authority)

  now = later(1000 * 24 * HOUR_MS)
  expect([before, between, after].map((one) => isGood(one, signing))).toEqual([true, true, true])
})

test('what a retired key signs after its time is refused', async () => {
  const retired = await openSigning(settings())
  const signing = await openSigning(settings())
  for (const kind of ROTATABLE) await rotateKey(settings(), { kind, since: later(HOUR_MS) })
  await signing.reload()

  now = later(1.5 * HOUR_MS)
  expect(isGood(await evidence(retired), signing)).toBe(true)
  now = later(HOUR_MS)
  expect(isGood(await evidence(retired), signing)).toBe(false)
})

test('of a compromised key nothing is believed that it signs from then on', async () => {
  const stolen = await openSigning(settings())
  const signing = await openSigning(settings())
  const before = await evidence(signing)
  now = later(HOUR_MS)

  await rotateKey(settings(), { kind: 'job-ca', since: now, compromised: true })
  await signing.reload()
  now = later(1000)

  expect(isGood(before, signing)).toBe(true)
  expect(isGood(await evidence(signing), signing)).toBe(true)
  expect(isGood(await evidence(stolen), signing)).toBe(false)
})

test('heads of logs are signed by the old key too for a while, so that who knows only it can go on', async () => {
  const signing = await openSigning(settings())
  const [first] = signing.log.signers
  await rotateKey(settings(), { kind: 'log', since: later(HOUR_MS) })
  await signing.reload()
  now = later(2 * HOUR_MS)

  const head = { size: 1, root: Buffer.alloc(32, 1) }
  const checkpoint = await signCheckpoint({ origin: 'log', signers: signing.log.signers }, head)

  expect(signing.log.signers).toHaveLength(2)
  for (const { publicKey } of signing.log.signers) {
    expect(openCheckpoint({ origin: 'log', publicKey }, checkpoint).size).toBe(1)
  }
  expect(signing.log.signers[1]?.publicKey).toEqual(first?.publicKey)
  now = later(31 * 24 * HOUR_MS)
  expect(signing.log.signers).toHaveLength(1)
  expect(signing.log.verifiers).toHaveLength(2)
})

test('the root of provenance lists every generation, and still no authority of jobs', async () => {
  const signing = await openSigning(settings())
  await rotateKey(settings(), { kind: 'provenance', since: later(HOUR_MS) })
  await signing.reload()

  const { certificateAuthorities } = TrustedRoot.fromJSON(
    JSON.parse(signing.trust.provenance.toString()),
  )
  expect(certificateAuthorities.map(({ validFor }) => validFor?.end)).toEqual([
    later(2 * HOUR_MS),
    undefined,
  ])
})

test('the private key of a retired generation may be taken away', async () => {
  const signing = await openSigning(settings())
  const before = await evidence(signing)
  await rotateKey(settings(), { kind: 'job-ca', since: later(1000) })
  await rm(join(directory, 'job-ca', 'key.pem'))
  now = later(2 * HOUR_MS)

  const reopened = await openSigning(settings())

  expect(isGood(before, reopened)).toBe(true)
  expect(isGood(await evidence(reopened), reopened)).toBe(true)
})

test('generations follow each other, in files that only their owner reads', async () => {
  await openSigning(settings())
  const rotated = await rotateKey(settings(), { kind: 'log', since: later(HOUR_MS) })

  expect(rotated).toMatchObject({ generation: 2 })
  expect(await readFile(join(directory, 'log.2', 'since'), 'utf8')).toBe(
    `${later(HOUR_MS).toISOString()}\n`,
  )
  await expect(rotateKey(settings(), { kind: 'log', since: now })).rejects.toThrow(/begins later/)
  await expect(
    rotateKey({ ...settings(), directory: undefined }, { kind: 'log', since: now }),
  ).rejects.toThrow(/no folder/)
})

test('keys may be in a KMS: what they sign verifies like anything else', async () => {
  await using vault = await startVault()
  const inVault = { ...settings(), env: vault.env }
  const signing = await openSigning(inVault)
  for (const kind of [...ROTATABLE, 'provenance'] as const) {
    await rotateKey(inVault, { kind, since: now, reference: 'hashivault://p256' })
  }
  await rotateKey(inVault, { kind: 'log', since: now, reference: 'hashivault://ed25519' })
  await signing.reload()
  const before = vault.signed()

  expect(isGood(await evidence(signing), signing)).toBe(true)
  const head = { size: 1, root: Buffer.alloc(32, 1) }
  const signers = signing.log.signers.slice(0, 1)
  const checkpoint = await signCheckpoint({ origin: 'log', signers }, head)
  const [{ publicKey } = fail()] = signers
  expect(openCheckpoint({ origin: 'log', publicKey }, checkpoint).size).toBe(1)
  // Certificate, SCT, timestamp and head.
  expect(vault.signed() - before).toBe(4)
  expect(await readFile(join(directory, 'job-ca.2', 'key'), 'utf8')).toBe('hashivault://p256')
})

test('a key of the wrong kind is refused before it becomes a generation', async () => {
  await using vault = await startVault()
  const inVault = { ...settings(), env: vault.env }
  const wrong = { kind: 'log', since: now, reference: 'hashivault://p256' } as const

  await expect(rotateKey(inVault, wrong)).rejects.toThrow(/not an Ed25519 key/)
  expect(await openSigning(inVault)).toBeDefined()
})

function fail(): never {
  throw new Error('no signer')
}
