import { parseDigest } from '@chainloop/attestation/digest'
import { commitOf, parseProvenance } from '@chainloop/attestation/provenance/provenance'
import { verifyProvenance, verifySummary } from '@chainloop/attestation/provenance/verify-evidence'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { silentLogger } from '@chainloop/kit/logger'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { storeAttestation } from '../attestations/store-attestation.ts'
import { craftBundle } from '../attestations/testing/craft.ts'
import {
  openStoreWorld,
  storeBundle,
  type StoreWorld,
} from '../attestations/testing/store-world.ts'
import { readEvidence } from '../deliveries/delivery-evidence.ts'
import { issueProvenances } from '../jobs/issue-provenances.ts'
import { cursorPage } from '../pages.ts'
import type { OpenedRun } from '../runs/init-run.ts'
import { runActorOf } from '../runs/testing/run-world.ts'
import { TEST_INSTANCE } from '../signing/testing/signings.ts'
import { createSummary } from '../summaries/create-summary.ts'
import { listSummaries } from '../summaries/list-summaries.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { evidenceSigner } from './evidence-signer.ts'
import { getProvenance, listProvenances } from './get-provenance.ts'
import type { IssuedProvenance, RunProvenance } from './provenance.ts'

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

const page = cursorPage(undefined)
const VERIFIER = `${TEST_INSTANCE}/provenance`
const deps = () => ({ ...world, ...evidenceSigner(world), log: silentLogger })
const issue = () => issueProvenances(deps())

async function stored(options?: { releaseVersion: boolean; version?: string }): Promise<OpenedRun> {
  const { releaseVersion = false, version = '' } = options ?? {}
  const opened = await world.open({ projectVersion: version })
  const bundle = await craftBundle(world, opened)
  const input = { runId: opened.run.id, bundle, releaseVersion }
  await storeAttestation(world, runActorOf(opened), input)
  return opened
}

const of = ({ run }: OpenedRun): Promise<RunProvenance> =>
  getProvenance(world, world.operator, { runId: run.id })

async function issuedOf(
  opened: OpenedRun,
): Promise<{ issued: IssuedProvenance; digest: `sha256:${string}` }> {
  const { issued, subjects } = await of(opened)
  if (!issued) throw new Error('it is pending')
  return { issued, digest: parseDigest(subjects[0]?.digest ?? '') }
}

const provenanceRoot = () => parseTrustRoot(world.signing.trust.provenance)

test('C1, C3: a stored run with outputs has a provenance of exactly its artifacts, pending first', async () => {
  const opened = await stored()
  const pending = await of(opened)
  await issue()
  const { issued, subjects } = await of(opened)

  expect(pending.issued).toBeUndefined()
  expect(subjects.map(({ material }) => material)).toEqual(['binary'])
  expect(issued).toMatchObject({ level: 1, builderId: `${TEST_INSTANCE}/provenance/unverified` })
})

test('C2, C4, C5, C20: it verifies from the published root alone, names builder, commit and contract', async () => {
  const opened = await stored()
  await issue()
  const { issued, digest } = await issuedOf(opened)

  const provenance = verifyProvenance({
    bundle: issued.bundle,
    trust: provenanceRoot(),
    digest,
    verifier: VERIFIER,
  })

  expect(provenance.externalParameters).toEqual({
    workflow: { organization: 'acme', project: 'web', name: 'build' },
    projectVersion: opened.run.version.version,
    contract: { name: 'web-build', revision: 1, digest: opened.contractRevision.digest },
  })
  expect(commitOf(provenance)).toEqual({ commit: 'a'.repeat(40), verified: false })
  expect(provenance.resolvedDependencies.map(({ name }) => name)).toEqual([
    'source',
    'contract web-build',
    'sbom.bin',
  ])
  expect(provenance.builderId).toBe(issued.builderId)
})

test('C8: nothing of a job verifies as provenance, nor provenance as something of a job', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened)
  await storeBundle(world, opened, bundle)
  await issue()
  const { issued, digest } = await issuedOf(opened)
  const { attestations, provenance } = world.signing.trust
  const verifier = VERIFIER

  expect(() =>
    verifyProvenance({ bundle, trust: parseTrustRoot(provenance), digest, verifier }),
  ).toThrow()
  expect(() =>
    verifyProvenance({
      bundle: issued.bundle,
      trust: parseTrustRoot(attestations),
      digest,
      verifier,
    }),
  ).toThrow()
})

test('C13: a parameter that nobody knows fails the verification', async () => {
  const statement = JSON.parse(Buffer.from(await payloadOf(await stored())).toString())
  statement.predicate.buildDefinition.externalParameters.skipTests = true

  expect(() => parseProvenance(Buffer.from(JSON.stringify(statement)))).toThrow(/skipTests/)
})

async function payloadOf(opened: OpenedRun): Promise<Buffer> {
  await issue()
  const { issued } = await issuedOf(opened)
  const { dsseEnvelope } = JSON.parse(Buffer.from(issued.bundle).toString())
  return Buffer.from(dsseEnvelope.payload, 'base64')
}

test('C3: while provenance is pending nothing is said about the artifact, and the version is not released', async () => {
  const opened = await stored({ releaseVersion: true, version: '7.0.0' })
  const { subjects } = await of(opened)
  const digest = subjects[0]?.digest ?? ''
  const released = async () =>
    (
      await world.db
        .selectFrom('project_versions')
        .select('released_at')
        .where('organization_id', '=', world.organization.id)
        .where('version', '=', '7.0.0')
        .executeTakeFirstOrThrow()
    ).released_at

  await expect(createSummary(deps(), world.operator, { digest, runId: opened.run.id })).toFailWith(
    'conflict',
    /pending/,
  )
  expect(await released()).toBeNull()
  await issue()
  expect(await released()).toBeInstanceOf(Date)
  const summary = await createSummary(deps(), world.operator, { digest, runId: '' })
  expect(summary).toMatchObject({ result: 'PASSED', verifiedLevels: ['SLSA_BUILD_LEVEL_1'] })
})

test('C3: a failed attempt is shown, put off and made up for', async () => {
  const opened = await stored()
  const failing = { ...deps(), logSignature: () => Promise.reject(new Error('the log is away')) }

  await issueProvenances(failing)
  const failed = await of(opened)
  await makeDue(opened)
  await issue()

  expect(failed).toMatchObject({ issued: undefined, lastError: 'the log is away' })
  expect((await of(opened)).issued).toBeDefined()
})

/** As if its time had come. */
async function makeDue({ run }: OpenedRun): Promise<void> {
  await world.db
    .updateTable('provenances')
    .set({ due_at: new Date(0) })
    .where('organization_id', '=', run.organization.id)
    .where('run_id', '=', run.id)
    .execute()
}

test('C20, C22: a summary names the policy by its digest, all inputs, and verifies from the root alone', async () => {
  const opened = await stored()
  await issue()
  const { issued, digest } = await issuedOf(opened)
  const { summaries } = await listSummaries(world, world.operator, {
    digest,
    runId: opened.run.id,
    result: 'PASSED',
    cursor: '',
    limit: 1,
  })
  const [summary] = summaries

  const found = verifySummary({
    bundle: summary?.bundle ?? new Uint8Array(),
    trust: provenanceRoot(),
    digest,
    verifier: VERIFIER,
  })

  expect(found).toMatchObject({
    result: 'PASSED',
    resourceUri: `${TEST_INSTANCE}/organizations/acme/projects/web/artifacts/binary`,
    policy: { digest: { sha256: opened.contractRevision.digest.slice('sha256:'.length) } },
    deviations: [],
  })
  const attestation = await world.db
    .selectFrom('runs')
    .select('attestation_digest')
    .where('organization_id', '=', world.organization.id)
    .where('id', '=', opened.run.id)
    .executeTakeFirstOrThrow()
  expect(found.inputs.map((input) => `sha256:${input.digest['sha256']}`)).toEqual([
    attestation.attestation_digest,
    issued.digest,
  ])
})

test('C21: by run and by artifact the same bytes are had', async () => {
  const opened = await stored()
  await issue()
  const { issued, digest } = await issuedOf(opened)

  const { items: listed } = await listProvenances(world, world.operator, { digest, page })

  expect(listed.find(({ runId }) => runId === opened.run.id)?.issued?.bundle).toEqual(issued.bundle)
})

test('C21: workers get the same bytes, and learn that they are still being made', async () => {
  const opened = await stored()
  const reference = { organizationId: opened.run.organization.id, runId: opened.run.id }
  const before = await readEvidence(world.db, reference)
  await issue()
  const { issued, digest } = await issuedOf(opened)

  const { pending, items } = await readEvidence(world.db, reference)

  expect(before).toEqual({ pending: true, items: [] })
  expect(pending).toBe(false)
  expect(items.map(({ subjectDigests }) => subjectDigests)).toEqual([[digest], [digest]])
  expect(items[0]?.bundle).toEqual(issued.bundle)
})

test('C16, C19: others see neither provenance nor summaries, and get none made', async () => {
  const opened = await stored()
  await issue()
  const { digest } = await issuedOf(opened)
  const stranger = actorOf(await insertOrganization(world.db, 'stranger'), 'operator')
  const api = await world.addWorkflow({ project: 'api', name: 'build' })
  const neighbour = actorOf(world.organization, 'viewer', { projectId: api.project.id })

  for (const actor of [stranger, neighbour]) {
    await expect(getProvenance(world, actor, { runId: opened.run.id })).toFailWith('not_found')
    expect(await listProvenances(world, actor, { digest, page })).toMatchObject({ items: [] })
    await expect(createSummary(deps(), actor, { digest, runId: '' })).toFailWith('not_found')
    const wanted = { digest, runId: '', result: undefined, cursor: '', limit: 0 }
    expect((await listSummaries(world, actor, wanted)).summaries).toEqual([])
  }
})
