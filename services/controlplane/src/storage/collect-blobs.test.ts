import { unavailable } from '@chainloop/kit/errors'
import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { setRetention } from './retention.ts'
import { startCollection } from './start-task.ts'
import { openStorageWorld, stored, type StorageWorld } from './testing/storage-world.ts'
import { workOnTask } from './work-on-task.ts'

const DAY_MS = 24 * 3_600_000
const wanted = { backendName: 'filesystem', dryRun: false, includeUnknown: false }

async function collect(world: StorageWorld, change: Partial<typeof wanted> = {}) {
  const task = await startCollection(world, world.operator, { ...wanted, ...change })
  return world.finish(task)
}

/** Marks, then sweeps. */
async function collectTwice(world: StorageWorld, change: Partial<typeof wanted> = {}) {
  await collect(world, change)
  return collect(world, change)
}

test('what nothing keeps is marked the first time and removed the next', async () => {
  await using world = await openStorageWorld()
  const digest = await world.upload('of a run that expired', await world.run('expired'))

  expect(await collect(world)).toMatchObject({ task: { counts: { marked: 1, removed: 0 } } })
  expect(stored(world, world.from)).toEqual([digest])
  expect(await collect(world)).toMatchObject({ task: { counts: { marked: 0, removed: 1 } } })

  expect(stored(world, world.from)).toEqual([])
})

test('what an attestation refers to, an open run has uploaded or somebody may read is never removed', async () => {
  await using world = await openStorageWorld()
  const over = await world.run('success')
  const attested = await world.upload('attested', over)
  await world.attest(attested, over)
  const elsewhere = await world.upload('attested, but mapped to another backend', over)
  await world.attest(elsewhere, over, world.to)
  const open = await world.upload('of an open run', await world.run('initialized'))
  const adopted = await world.adopt('uploaded by hand', over)
  await world.upload('rubbish', over)

  for (let turn = 0; turn < 3; turn++) await collect(world)

  expect(stored(world, world.from)).toEqual([adopted, attested, elsewhere, open].toSorted())
})

test('the time of grace holds for uploads, and again for what is marked', async () => {
  await using world = await openStorageWorld()
  Object.assign(world.deps, { config: { storageGrace: DAY_MS } })
  const run = await world.run('expired')
  const young = await world.upload('of today', run, DAY_MS / 2)
  const old = await world.upload('of the day before', run, DAY_MS * 2)

  expect(await collectTwice(world)).toMatchObject({ task: { counts: { removed: 0 } } })
  await world.db
    .updateTable('cas_condemned_blobs')
    .set({ marked_at: new Date(Date.now() - DAY_MS) })
    .execute()
  await collect(world)

  expect(stored(world, world.from)).toEqual([young])
  expect(stored(world, world.from)).not.toContain(old)
})

test('a legal hold keeps everything that the project has uploaded', async () => {
  await using world = await openStorageWorld()
  const run = await world.run('expired')
  const digest = await world.upload('evidence', run)
  const project = await world.db
    .selectFrom('projects')
    .select('name')
    .where('id', '=', run.projectId)
    .executeTakeFirstOrThrow()
  await collect(world)
  await setRetention(world, world.operator, { projectName: project.name, legalHold: true })
  await collectTwice(world)
  expect(stored(world, world.from)).toEqual([digest])

  await setRetention(world, world.operator, { projectName: project.name, legalHold: false })
  await collectTwice(world)
  expect(stored(world, world.from)).toEqual([])
})

test('uploads by hand are kept as long as their project says, attested ones for ever', async () => {
  await using world = await openStorageWorld()
  const run = await world.run('success')
  const old = await world.adopt('of last month', run, 30 * DAY_MS)
  const attested = await world.adopt('of last month, too', run, 30 * DAY_MS)
  await world.attest(attested, run)
  const young = await world.adopt('of today', run)
  await collectTwice(world, { includeUnknown: true })
  expect(stored(world, world.from)).toHaveLength(3)
  const project = await world.db
    .selectFrom('projects')
    .select('name')
    .where('id', '=', run.projectId)
    .executeTakeFirstOrThrow()
  await setRetention(world, world.operator, { projectName: project.name, keepDays: 7 })

  expect(await collect(world, { dryRun: true })).toMatchObject({ task: { counts: { marked: 1 } } })
  await collectTwice(world, { includeUnknown: true })

  expect(stored(world, world.from)).toEqual([attested, young].toSorted())
  expect(stored(world, world.from)).not.toContain(old)
})

test('a dry run counts and leaves everything as it is', async () => {
  await using world = await openStorageWorld()
  await world.upload('rubbish', await world.run('expired'))

  expect(await collect(world, { dryRun: true })).toMatchObject({
    task: { state: 'done', dryRun: true, counts: { marked: 1, removed: 0 } },
  })
  await collect(world)
  expect(await collect(world, { dryRun: true })).toMatchObject({
    task: { counts: { removed: 1 } },
  })
  expect(stored(world, world.from)).toHaveLength(1)
})

test('what nobody is known to have uploaded is left alone unless that is asked for', async () => {
  await using world = await openStorageWorld()
  world.storage.put(world.from.id, 'stored, but never told')
  await collectTwice(world)
  expect(stored(world, world.from)).toHaveLength(1)

  await collectTwice(world, { includeUnknown: true })
  expect(stored(world, world.from)).toEqual([])
})

test('nothing is removed where another backend is in the same place', async () => {
  await using world = await openStorageWorld()
  await world.db
    .updateTable('cas_backends')
    .set({ location: world.from.location })
    .where('id', '=', world.to.id)
    .execute()

  await expect(startCollection(world, world.operator, wanted)).toFailWith(
    'conflict',
    'same location',
  )
})

test('storage that cannot remove says so, and loses nothing', async () => {
  await using world = await openStorageWorld()
  const digest = await world.upload('rubbish', await world.run('expired'))
  world.storage.canRemove = false

  const { task, problems } = await collectTwice(world)

  expect(task.counts).toMatchObject({ removed: 0, problems: 1 })
  expect(problems).toMatchObject([{ digest, kind: 'failed', detail: /cannot remove/ }])
  expect(stored(world, world.from)).toEqual([digest])
})

test('what was begun and not ended is removed by the next, after nobody can be at it', async () => {
  await using world = await openStorageWorld()
  await world.upload('rubbish', await world.run('expired'))
  await collect(world)
  const task = await startCollection(world, world.operator, wanted)
  world.storage.before = (call) => {
    if (call.startsWith('remove')) throw unavailable('the artifact CAS was killed')
  }
  await workOnTask(world.deps, new AbortController().signal)
  world.storage.before = () => {}
  await world.hurry()
  await workOnTask(world.deps, new AbortController().signal)
  expect(stored(world, world.from)).toHaveLength(1)

  await world.db
    .updateTable('cas_condemned_blobs')
    .set({ sweeping_at: new Date(Date.now() - 120_000) })
    .execute()
  const { task: done } = await world.finish(task)

  expect(done).toMatchObject({ state: 'done', counts: { removed: 1 } })
  expect(stored(world, world.from)).toEqual([])
})
