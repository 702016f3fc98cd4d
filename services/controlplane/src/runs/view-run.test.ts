import { randomUUID } from 'node:crypto'

import { sha256 } from '@chainloop/attestation/digest'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { craftBundle } from '../attestations/testing/craft.ts'
import { openStoreWorld, storeBundle } from '../attestations/testing/store-world.ts'
import type { StoreWorld } from '../attestations/testing/store-world.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { viewRun } from './view-run.ts'

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

async function stored(): Promise<{ id: string; digest: string; bundle: Buffer<ArrayBuffer> }> {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened)
  return { id: opened.run.id, digest: await storeBundle(world, opened, bundle), bundle }
}

test('a run is viewed by its id and by the digest of its attestation', async () => {
  const { id, digest } = await stored()

  const byId = await viewRun(world, world.operator, { wish: { id }, verify: true })
  const byDigest = await viewRun(world, world.operator, { wish: { digest }, verify: false })

  expect(byId.attestation?.statement.predicate.metadata.workflowRunID).toBe(id)
  expect(byId.verification).toEqual({ verified: true, failureReason: '' })
  expect(byId.contractRevision?.revision).toBe(1)
  expect(byDigest.run.id).toBe(id)
  expect(byDigest.verification).toBeUndefined()
})

test('a run without an attestation has none to show or to verify', async () => {
  const { run } = await world.open()

  const viewed = await viewRun(world, world.operator, { wish: { id: run.id }, verify: true })

  expect(viewed.attestation).toBeUndefined()
  expect(viewed.verification).toBeUndefined()
})

test('bytes that somebody changed in the database do not verify', async () => {
  const { id, digest, bundle } = await stored()
  const changed = Buffer.from(bundle.toString().replace('"sig":"M', '"sig":"N'))
  expect(sha256(changed)).not.toBe(digest)
  const replace = (bytes: Uint8Array, name: string) =>
    world.db
      .updateTable('attestations')
      .set({ bundle: bytes, digest: name })
      .where('run_id', '=', id)
      .execute()

  await replace(changed, digest)
  const withOldName = await viewRun(world, world.operator, { wish: { id }, verify: true })
  await replace(changed, sha256(changed))
  const withNewName = await viewRun(world, world.operator, { wish: { id }, verify: true })

  expect(withOldName.verification).toMatchObject({
    verified: false,
    failureReason: 'the stored bytes are not those of the digest',
  })
  expect(withNewName.verification).toMatchObject({ verified: false })
})

test('an attestation that was moved to another run does not verify there', async () => {
  const [one, other] = [await stored(), await stored()]
  await world.db.deleteFrom('attestations').where('run_id', '=', other.id).execute()
  await world.db
    .updateTable('attestations')
    .set({ run_id: other.id })
    .where('run_id', '=', one.id)
    .execute()

  const viewed = await viewRun(world, world.operator, { wish: { id: other.id }, verify: true })

  expect(viewed.verification).toMatchObject({ verified: false })
  expect(viewed.verification?.failureReason).toMatch(/certificate of this run/)
})

test('who may not see a run does not learn that it is there', async () => {
  const { id, digest } = await stored()
  const stranger = actorOf(await insertOrganization(world.db, 'stranger'), 'operator')
  const neighbour = actorOf(world.organization, 'viewer', { projectId: randomUUID() })

  for (const actor of [stranger, neighbour, world.attester]) {
    for (const wish of [{ id }, { digest }]) {
      await expect(viewRun(world, actor, { wish, verify: false })).toFailWith('not_found')
    }
  }
  await expect(viewRun(world, world.operator, { wish: { id: '' }, verify: false })).toFailWith(
    'invalid',
  )
})
