import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { startCollection } from './start-task.ts'
import { digestOf } from './testing/memory-storage.ts'
import { epochOf, openStorageWorld, stored, type StorageWorld } from './testing/storage-world.ts'

const wanted = { backendName: 'filesystem', dryRun: false, includeUnknown: false }

/** PostgreSQL: serialization_failure. The API says Aborted, and that trying again may work. */
const REMOVED = { code: '40001' }

async function collect(world: StorageWorld): Promise<void> {
  await world.finish(await startCollection(world, world.operator, wanted))
}

test('a reference that comes after the mark keeps the blob', async () => {
  await using world = await openStorageWorld()
  const digest = await world.upload('wanted again', await world.run('expired'))
  await collect(world)
  await world.attest(digest, await world.run('success'))
  await collect(world)

  expect(stored(world, world.from)).toEqual([digest])
})

test('an upload that comes after the mark keeps the blob', async () => {
  await using world = await openStorageWorld()
  const run = await world.run('expired')
  const digest = await world.upload('uploaded twice', run)
  await collect(world)
  await world.upload('uploaded twice', await world.run('initialized'))
  await collect(world)

  expect(stored(world, world.from)).toEqual([digest])
})

test('while a blob is being removed nobody may refer to it or add an upload of it', async () => {
  await using world = await openStorageWorld()
  const run = await world.run('success')
  const digest = await world.upload('rubbish', await world.run('expired'))
  await collect(world)
  const refused: unknown[] = []
  world.storage.before = async (call) => {
    if (!call.startsWith('remove')) return
    await world.attest(digest, run).catch((cause: unknown) => refused.push(cause))
    await world.upload('rubbish', run).catch((cause: unknown) => refused.push(cause))
  }
  await collect(world)

  expect(refused).toMatchObject([REMOVED, REMOVED])
  expect(stored(world, world.from)).toEqual([])
})

test('who took it for stored before it was removed may not refer to it afterwards', async () => {
  await using world = await openStorageWorld()
  const run = await world.run('success')
  const digest = await world.upload('rubbish', await world.run('expired'))
  await collect(world)
  await collect(world)

  await expect(world.attest(digest, run)).rejects.toMatchObject(REMOVED)
})

test('an upload that was allowed before the end of the removal does not count; a new one does', async () => {
  await using world = await openStorageWorld()
  const open = await world.run('initialized')
  const digest = await world.upload('rubbish', await world.run('expired'))
  const before = await epochOf(world.db, world.from.id)
  await collect(world)
  await collect(world)
  const late = { ...(await receiptOf(world, open.id)), sweep_epoch: before, digest }
  await expect(world.db.insertInto('upload_receipts').values(late).execute()).rejects.toMatchObject(
    REMOVED,
  )

  await world.upload('rubbish', open)
  await world.attest(digest, open)
  await collect(world)
  await collect(world)

  expect(stored(world, world.from)).toEqual([digest])
})

async function receiptOf({ organization, from, db }: StorageWorld, runId: string) {
  const run = await db
    .selectFrom('runs')
    .select('project_id')
    .where('id', '=', runId)
    .executeTakeFirstOrThrow()
  return {
    organization_id: organization.id,
    project_id: run.project_id,
    run_id: runId,
    cas_backend_id: from.id,
    transfer_id: 'a transfer that took long',
    size: 7,
  }
}

/**
 * Uploads, attestations and collections of the same few blobs, all at once, in an order that the seed decides. On
 * PostgreSQL they run on connections of their own.
 */
test('whatever comes together: what may be read is there', async () => {
  await using world = await openStorageWorld()
  const contents = Array.from({ length: 3 }, (_, n) => `content ${n}`)
  const random = seeded(4711)
  const expired = await world.run('expired')
  for (const content of contents) await world.upload(content, expired)

  const collector = (async () => {
    for (let round = 0; round < 4; round++) await collect(world)
  })()
  const pushers = Array.from({ length: 2 }, async () => {
    const run = await world.run('initialized')
    for (let turn = 0; turn < 4; turn++) {
      const content = contents[Math.floor(random() * contents.length)] ?? ''
      // Half of them rely on what others have uploaded.
      if (random() < 0.5) await ignoring(world.upload(content, run))
      await ignoring(world.attest(digestOf(content), run))
    }
  })
  await Promise.all([...pushers, collector])
  await collect(world)
  await collect(world)

  const rows = await world.db.selectFrom('cas_mappings').select('digest').distinct().execute()
  const present = stored(world, world.from)
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.filter(({ digest }) => !present.includes(digest))).toEqual([])
})

async function ignoring(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== '40001') throw cause
  }
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
