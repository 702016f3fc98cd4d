import { sha256 } from '@chainloop/attestation/digest'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { cancelRun } from '../runs/cancel-run.ts'
import type { OpenedRun } from '../runs/init-run.ts'
import * as runs from '../runs/run-repo.ts'
import { runActorOf } from '../runs/testing/run-world.ts'
import { storeAttestation } from './store-attestation.ts'
import { BINARY, craftBundle, SBOM } from './testing/craft.ts'
import { openStoreWorld, storeBundle } from './testing/store-world.ts'
import type { StoreWorld } from './testing/store-world.ts'

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

async function findRun({ run }: OpenedRun) {
  return runs.find(world.db, { organizationId: run.organization.id, id: run.id })
}

async function countOf(table: 'attestations' | 'cas_mappings' | 'referrers' | 'deliveries') {
  const { count } = await world.db
    .selectFrom(table)
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

test('an honest bundle closes its run, by the digest of its exact bytes', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened)

  const digest = await storeBundle(world, opened, bundle)

  expect(digest).toBe(sha256(bundle))
  const run = await findRun(opened)
  expect(run?.state).toBe('success')
  expect(run?.attestationDigest).toBe(digest)
  expect(run?.policy?.status).toBe('not_applicable')
  expect(run?.guarantees).toEqual([
    'run-token',
    'run-bound-certificate',
    'timestamped-signature',
    'compare-and-swap-state',
    'digest-bound-uploads',
  ])
  const kept = await world.db
    .selectFrom('attestations')
    .select(['bundle', 'fields'])
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow()
  expect(Buffer.from(kept.bundle).equals(bundle)).toBe(true)
  const field = (name: string) => kept.fields.find((one) => one.field === name)
  expect(field('predicate.metadata.project')).toMatchObject({ source: 'run', verified: true })
  expect(field('predicate.materials[sbom].kind')).toMatchObject({ source: 'bytes', verified: true })
  expect(field('predicate.materials[sbom].digest')).toMatchObject({
    source: 'receipt',
    verified: true,
  })
  expect(field('predicate.builder.id')).toMatchObject({ source: 'job', verified: false })
  expect(field('subject[1]')).toMatchObject({ source: 'job', verified: false })
  expect(field('subject[2]')).toMatchObject({ source: 'contract revision', verified: true })
})

test('the same bytes again give the same answer, other bytes do not', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened)
  const other = await craftBundle(world, opened)
  const digest = await storeBundle(world, opened, bundle)

  expect(await storeBundle(world, opened, bundle)).toBe(digest)
  await expect(storeBundle(world, opened, other)).toFailWith('already_exists')
})

test('a project may read what it has stored, and what it only named it may not', async () => {
  const opened = await world.open()
  await storeBundle(world, opened, await craftBundle(world, opened))

  const mapped = await world.db
    .selectFrom('cas_mappings')
    .select(['digest', 'size', 'project_id'])
    .where('run_id', '=', opened.run.id)
    .orderBy('size')
    .execute()
  const already = await world.db.selectFrom('cas_mappings').select('digest').execute()
  expect(mapped.every(({ project_id: id }) => id === opened.run.project.id)).toBe(true)
  expect(already.map(({ digest }) => digest).toSorted()).toEqual(
    [sha256(SBOM), sha256(BINARY)].toSorted(),
  )
})

test('a cancelled run takes no attestation', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened)
  await cancelRun(world, runActorOf(opened), {
    runId: opened.run.id,
    trigger: 'cancellation',
    reason: '',
  })

  await expect(storeBundle(world, opened, bundle)).toFailWith('conflict', /cancelled/)
})

test('another run’s token and another organization store nothing here', async () => {
  const [one, other] = [await world.open(), await world.open()]
  const bundle = await craftBundle(world, one)

  await expect(
    storeAttestation(world, runActorOf(other), {
      runId: one.run.id,
      bundle,
      releaseVersion: false,
    }),
  ).toFailWith('not_found')
})

test('two bundles of one run at the same time: one is stored, the other is refused', async () => {
  const opened = await world.open()
  const bundles = [await craftBundle(world, opened), await craftBundle(world, opened)]

  const answers = await Promise.allSettled(
    bundles.map((bundle) => storeBundle(world, opened, bundle)),
  )

  expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const refused = answers.find((answer) => answer.status === 'rejected')
  expect(refused?.reason).toMatchObject({ code: 'already_exists' })
})

test('the same bundle several times at once is stored once, and everybody gets the same answer', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened)
  const before = await countOf('attestations')

  const digests = await Promise.all(
    Array.from({ length: 4 }, () => storeBundle(world, opened, bundle)),
  )

  expect(new Set(digests).size).toBe(1)
  expect(await countOf('attestations')).toBe(before + 1)
})

test('a failure at the very end leaves nothing behind', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened)
  const before = [
    await countOf('attestations'),
    await countOf('cas_mappings'),
    await countOf('referrers'),
  ]
  const broken = { ...world, queue: { insert: () => Promise.reject(new Error('disk full')) } }

  await expect(
    storeAttestation(broken as unknown as StoreWorld, runActorOf(opened), {
      runId: opened.run.id,
      bundle,
      releaseVersion: false,
    }),
  ).rejects.toThrow('disk full')

  const after = [
    await countOf('attestations'),
    await countOf('cas_mappings'),
    await countOf('referrers'),
  ]
  expect(after).toEqual(before)
  expect((await findRun(opened))?.state).toBe('initialized')
  expect(await storeBundle(world, opened, bundle)).toBe(sha256(bundle))
})
