import { generateKeyPairSync, sign } from 'node:crypto'

import { parseDigest } from '@chainloop/attestation/digest'
import { pae } from '@chainloop/attestation/dsse/pae'
import { verifyProvenance, verifySummary } from '@chainloop/attestation/provenance/verify-evidence'
import { certificate } from '@chainloop/attestation/verify/authority.test.fixture'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { silentLogger } from '@chainloop/kit/logger'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { craftBundle, type Loose } from '../attestations/testing/craft.ts'
import {
  openStoreWorld,
  storeBundle,
  type StoreWorld,
} from '../attestations/testing/store-world.ts'
import { issueProvenances } from '../jobs/issue-provenances.ts'
import { evidenceSigner } from '../provenance/evidence-signer.ts'
import { getProvenance } from '../provenance/get-provenance.ts'
import type { OpenedRun } from '../runs/init-run.ts'
import { runActorOf } from '../runs/testing/run-world.ts'
import { issueCertificate } from '../signing/issue-certificate.ts'
import { newCertificateRequest } from '../signing/testing/certificate-requests.ts'
import { testSigning } from '../signing/testing/signings.ts'
import { createSummary } from '../summaries/create-summary.ts'
import { trustedRootWithLog } from '../transparency/organization-log.ts'

/* Signatures of the wrong hand, at the wrong time, over the wrong thing. */
let now = new Date()
let world: StoreWorld
beforeAll(async () => {
  const signing = await testSigning(() => now)
  world = { ...(await openStoreWorld()), signing }
})
afterAll(async () => world[Symbol.asyncDispose]())

const MINUTE = 60_000

/** Certified at one time and stamped at another, by the instance's own authorities. */
async function stampedLater(opened: OpenedRun, minutes: number): Promise<Buffer> {
  const { pem, privateKey } = newCertificateRequest()
  const present = now
  try {
    now = new Date(+present - 20 * MINUTE)
    const issued = await issueCertificate(world, runActorOf(opened), Buffer.from(pem))
    now = new Date(+now + minutes * MINUTE)
    return await craftBundle(world, opened, { sign: { privateKey, certificate: issued } })
  } finally {
    now = present
  }
}

test.each([
  ['C6: with an expired certificate', 11],
  ['C6: with a timestamp from before the certificate', -11],
])('what is signed %s is refused', async (_what, minutes) => {
  const opened = await world.open()

  const bundle = await stampedLater(opened, minutes)

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /not verified/)
})

test('C6: at the end of the ten minutes it is accepted', async () => {
  const opened = await world.open()

  expect(await storeBundle(world, opened, await stampedLater(opened, 9))).toMatch(/^sha256:/)
})

test('C12: the bundle of another run is refused', async () => {
  const [first, second] = [await world.open(), await world.open()]
  const bundle = await craftBundle(world, first)
  await storeBundle(world, first, bundle)

  await expect(storeBundle(world, second, bundle)).toFailWith('invalid', /certificate of this run/)
})

test('C12: a certificate is good for its own run only', async () => {
  const [mine, other] = [await world.open(), await world.open()]
  const bundle = await craftBundle(world, mine, { certificateOf: other })

  await expect(storeBundle(world, mine, bundle)).toFailWith('invalid', /certificate of this run/)
})

test.each([
  ['C7: by a foreign authority', { common: 'foreign', purpose: 'code' as const }],
  ['C7: by a certificate that calls itself an authority', { common: 'ca', ca: true }],
])('what is signed %s is refused', async (_what, options) => {
  const opened = await world.open()
  const { organization, project, workflow, id } = opened.run
  const san = `https://chainloop.example/organizations/${organization.name}/projects/${project.name}/workflows/${workflow.name}/runs/${id}`
  const forged = certificate({ ...options, san, oidcIssuer: 'https://chainloop.example' })
  const bundle = await craftBundle(world, opened, {
    bundle: (b) => {
      const payload = Buffer.from(b.dsseEnvelope.payload, 'base64')
      const sig = sign('sha256', pae('application/vnd.in-toto+json', payload), forged.key)
      b.dsseEnvelope.signatures = [{ sig: sig.toString('base64') }]
      b.verificationMaterial.certificate.rawBytes = forged.der.toString('base64')
    },
  })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /certificate of this run/)
})

test.each<[string, (bundle: Loose) => void, RegExp]>([
  [
    'C4: of another payload type',
    (b) => (b.dsseEnvelope.payloadType = 'application/json'),
    /payload|verified/,
  ],
  [
    'C4: with a second signature',
    (b) => b.dsseEnvelope.signatures.push(b.dsseEnvelope.signatures[0]),
    /signatures/,
  ],
  [
    'C4: without its timestamp',
    (b) => delete b.verificationMaterial.timestampVerificationData,
    /timestamp/,
  ],
  ['C7: without its certificate', (b) => (b.verificationMaterial = {}), /certificate/],
])('a bundle %s is refused', async (_what, change, reason) => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened, { bundle: change })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', reason)
})

test('C4: a payload type that is signed with it is refused all the same', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened, { sign: { payloadType: 'application/json' } })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /payload/)
})

/** Real evidence of a run, and the means to forge more of it. */
async function evidence() {
  const deps = { ...world, ...evidenceSigner(world), log: silentLogger }
  const opened = await world.open()
  await storeBundle(world, opened, await craftBundle(world, opened))
  await issueProvenances(deps)
  const { issued, subjects } = await getProvenance(world, world.operator, { runId: opened.run.id })
  const digest = parseDigest(subjects[0]?.digest ?? '')
  const summary = await createSummary(deps, world.operator, { digest, runId: opened.run.id })
  const { provenance, attestations } = world.signing.trust
  const logged = await trustedRootWithLog(world, world.organization.id, 'provenance')
  const roots = [provenance, attestations, logged].map(parseTrustRoot)
  return {
    opened,
    digest,
    roots,
    logged: parseTrustRoot(logged),
    provenance: Buffer.from(issued?.bundle ?? []),
    summary: Buffer.from(summary.bundle),
  }
}

test('C8: what a job signs as provenance or summary, by its run certificate, is neither, with any root', async () => {
  const { provenance, summary, roots, digest } = await evidence()
  for (const [original, verify] of [
    [provenance, verifyProvenance],
    [summary, verifySummary],
  ] as const) {
    const text = JSON.parse(original.toString()).dsseEnvelope.payload
    const forged = await craftBundle(world, await world.open(), {
      text: () => Buffer.from(text, 'base64').toString(),
    })
    for (const trust of roots) {
      expect(() => verify({ bundle: forged, trust, digest })).toThrow()
    }
  }
})

test('C8: a run stores no provenance as its attestation', async () => {
  const { provenance } = await evidence()
  const opened = await world.open()
  const { payload } = JSON.parse(provenance.toString()).dsseEnvelope
  const forged = await craftBundle(world, opened, {
    text: () => Buffer.from(payload, 'base64').toString(),
  })

  await expect(storeBundle(world, opened, forged)).toFailWith('invalid', /statement/)
  await expect(storeBundle(world, await world.open(), provenance)).toFailWith('invalid')
})

test.each<[string, (bundle: Loose) => void]>([
  ['its timestamp', (b) => delete b.verificationMaterial.timestampVerificationData],
  ['its proof', (b) => delete b.verificationMaterial.tlogEntries],
  ['the proof’s checkpoint', (b) => delete b.verificationMaterial.tlogEntries[0].inclusionProof],
  [
    'its certificate, for one of a key',
    (b) => {
      delete b.verificationMaterial.certificate
      b.verificationMaterial.publicKey = { hint: 'mine' }
    },
  ],
  [
    'the SCT of its certificate',
    (b) => {
      const der = Buffer.from(b.verificationMaterial.certificate.rawBytes, 'base64')
      const oid = Buffer.from('060a2b06010401d679020402', 'hex')
      const at = der.indexOf(oid)
      if (at < 0) throw new Error('there is no SCT to strip')
      der[at + oid.length - 1] = 0x7f
      b.verificationMaterial.certificate.rawBytes = der.toString('base64')
    },
  ],
])('C4, C21: provenance and summary without %s prove nothing', async (_what, strip) => {
  const { provenance, summary, logged: trust, digest } = await evidence()
  const stripped = (bundle: Buffer): Buffer => {
    const json = JSON.parse(bundle.toString())
    strip(json)
    return Buffer.from(JSON.stringify(json))
  }

  expect(verifyProvenance({ bundle: provenance, trust, digest }).subjects).toHaveLength(1)
  expect(verifySummary({ bundle: summary, trust, digest }).result).toBe('PASSED')
  expect(() => verifyProvenance({ bundle: stripped(provenance), trust, digest })).toThrow()
  expect(() => verifySummary({ bundle: stripped(summary), trust, digest })).toThrow()
})

test('C7: an unknown key signs nothing, and is refused rather than passed over', async () => {
  const opened = await world.open()
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const bundle = await craftBundle(world, opened, { sign: { privateKey } })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /not verified/)
})
