import { sha256 } from '@chainloop/attestation/digest'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { initRun } from '../runs/init-run.ts'
import { INPUT } from '../runs/testing/run-world.ts'
import { actorOf } from '../testing/world.ts'
import { BINARY, craftBundle, fileMaterial, honestMaterials } from './testing/craft.ts'
import { openStoreWorld, storeBundle } from './testing/store-world.ts'
import type { StoreWorld } from './testing/store-world.ts'

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

test('junk that is labelled SBOM is refused', async () => {
  const opened = await world.open()
  const [binary, sbom] = await honestMaterials(world, opened)
  const junk = Buffer.from('{"hello":"world"}')
  const digest = await world.upload(opened, junk)
  if (!binary || !sbom) throw new Error('no materials')
  const size = { 'chainloop.material.size': String(junk.length) }
  const labelled = { ...sbom, digest, annotations: { ...sbom.annotations, ...size } }
  const bundle = await craftBundle(world, opened, { materials: [binary, labelled] })

  await expect(storeBundle(world, opened, bundle)).toFailWith(
    'invalid',
    /materials\[sbom\] is not SBOM_CYCLONEDX_JSON/,
  )
})

test('a digest that only another project has uploaded is as unknown as one that nobody has', async () => {
  const secret = Buffer.from('the secret of project api')
  await world.addWorkflow({ project: 'api', name: 'build' })
  const api = await world.db
    .selectFrom('projects')
    .select('id')
    .where('name', '=', 'api')
    .executeTakeFirstOrThrow()
  const attester = actorOf(world.organization, 'attester', { projectId: api.id })
  const theirs = await initRun(world, attester, { ...INPUT, projectName: 'api' })
  await world.upload(theirs, secret)
  const opened = await world.open()
  const [, sbom] = await honestMaterials(world, opened)
  if (!sbom) throw new Error('no SBOM')
  const size = { 'chainloop.material.size': String(secret.length) }
  const named = {
    ...(await fileMaterial(world, opened, { name: 'binary', kind: 'ARTIFACT', bytes: BINARY })),
    digest: sha256(secret),
    annotations: size,
  }
  const bundle = await craftBundle(world, opened, { materials: [named, sbom] })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /has not uploaded/)
  const rights = await world.db
    .selectFrom('cas_mappings')
    .select('id')
    .where('digest', '=', sha256(secret))
    .execute()
  expect(rights).toEqual([])
})
