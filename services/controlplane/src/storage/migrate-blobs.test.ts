import { unavailable } from '@chainloop/kit/errors'
import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import * as mappings from '../cas-mappings/cas-mapping-repo.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { cancelTask } from './cancel-task.ts'
import { describeTask, listTasks } from './list-tasks.ts'
import { startMigration, startVerification } from './start-task.ts'
import { openStorageWorld, stored, type StorageWorld } from './testing/storage-world.ts'
import { workOnTask } from './work-on-task.ts'

const names = { from: 'filesystem', to: 'second' }

async function fill(world: StorageWorld, count: number): Promise<string[]> {
  const run = await world.run('success')
  const digests: string[] = []
  for (let n = 0; n < count; n++) {
    const digest = world.storage.put(world.from.id, `blob ${n}`)
    await world.attest(digest, run)
    digests.push(digest)
  }
  return digests.toSorted()
}

const find = ({ db, organization }: StorageWorld, digest: string) =>
  mappings.find(db, { organizationId: organization.id, digest, projectIds: undefined })

test('every artifact is copied, stays readable meanwhile, and is read from the default afterwards', async () => {
  await using world = await openStorageWorld()
  const digests = await fill(world, 40)
  const seen = new Set<string | undefined>()
  world.storage.before = async () => {
    const place = await find(world, digests[39] ?? '')
    seen.add(place && (await casBackends.find(world.db, { ...place, id: place.backendId }))?.name)
  }

  const task = await startMigration(world, world.operator, names)
  const { task: done } = await world.finish(task)

  expect(done).toMatchObject({ state: 'done', counts: { done: 40, total: 40, problems: 0 } })
  expect(done.counts.bytes).toBeGreaterThan(200)
  expect(stored(world, world.to)).toEqual(digests)
  expect([...seen]).toEqual(['filesystem'])
  const flags = { isDefault: true, isFallback: false }
  await casBackends.setFlags(world.db, world.from, { ...flags, isDefault: false })
  await casBackends.setFlags(world.db, world.to, flags)
  expect(await find(world, digests[0] ?? '')).toMatchObject({ backendId: world.to.id })
})

test('what is missing or rotten is told once, and the rest is copied', async () => {
  await using world = await openStorageWorld()
  const digests = await fill(world, 5)
  const [missing = '', rotten = ''] = digests
  world.storage.blobs(world.from.id).delete(missing)
  world.storage.blobs(world.from.id).set(rotten, Buffer.from('else'))

  const { task, problems } = await world.finish(await startMigration(world, world.operator, names))

  expect(task).toMatchObject({ state: 'done', counts: { done: 5, total: 5, problems: 2 } })
  expect(problems).toMatchObject([
    { digest: missing, kind: 'missing' },
    { digest: rotten, kind: 'rotten' },
  ])
  expect(stored(world, world.to)).toEqual(digests.slice(2))
  expect(await find(world, missing)).toMatchObject({ backendId: world.from.id })
})

test('whoever takes over goes on with what is left; who was thought dead writes nothing any more', async () => {
  await using world = await openStorageWorld()
  await fill(world, 30)
  const { id } = await startMigration(world, world.operator, names)
  const dying = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  let copies = 0
  world.storage.before = async () => {
    copies += 1
    if (copies <= 8) return
    // As after kill -9: the lease runs out, and nobody says so.
    if (copies === 12) reached.resolve()
    await dying.promise
  }
  const first = workOnTask(world.deps, new AbortController().signal)
  await reached.promise
  await world.db
    .updateTable('storage_tasks')
    .set({ due_at: new Date(0) })
    .execute()
  world.storage.before = () => {}

  const { task } = await world.finish({ id })
  const before = await describeTask(world, world.operator, { id })
  dying.resolve()
  await first

  expect(task).toMatchObject({ state: 'done', counts: { done: 30, total: 30 } })
  expect(stored(world, world.to)).toHaveLength(30)
  expect(await describeTask(world, world.operator, { id })).toEqual(before)
})

test('what runs still write is waited for once they write elsewhere by default', async () => {
  await using world = await openStorageWorld()
  await fill(world, 2)
  const run = await world.run('initialized')
  await casBackends.setFlags(world.db, world.from, { isDefault: false, isFallback: false })
  const { id } = await startMigration(world, world.operator, names)
  await workOnTask(world.deps, new AbortController().signal)
  expect(await describeTask(world, world.operator, { id })).toMatchObject({
    task: { state: 'running', counts: { done: 2, openRuns: 1 } },
  })

  await world.attest(world.storage.put(world.from.id, 'late'), run)
  await world.db.updateTable('runs').set({ state: 'success' }).where('id', '=', run.id).execute()
  const { task } = await world.finish({ id })

  expect(task).toMatchObject({ state: 'done', counts: { done: 3, openRuns: 0 } })
  expect(stored(world, world.to)).toHaveLength(3)
})

test('an outage sets it back for a while, and only many in a row end it', async () => {
  await using world = await openStorageWorld()
  await fill(world, 3)
  let outages = 5
  world.storage.before = () => {
    if (outages-- > 0) throw unavailable('the artifact CAS does not answer')
  }
  const first = await world.finish(await startMigration(world, world.operator, names))
  expect(first.task).toMatchObject({ state: 'done', setbacks: 0, error: '', counts: { done: 3 } })

  outages = Number.POSITIVE_INFINITY
  const second = await world.finish(
    await startVerification(world, world.operator, { backendName: 'second', bytesPerSecond: 0 }),
  )
  expect(second.task).toMatchObject({ state: 'failed', error: 'the artifact CAS does not answer' })
})

test('one task at a time works on a backend, and it can be cancelled', async () => {
  await using world = await openStorageWorld()
  await fill(world, 3)
  const { id } = await startMigration(world, world.operator, names)
  const other = { backendName: 'second', bytesPerSecond: 0 }
  await expect(startVerification(world, world.operator, other)).toFailWith('conflict', id)

  await cancelTask(world, world.operator, { id })
  const { task } = await world.finish({ id })

  expect(task.state).toBe('cancelled')
  expect(world.storage.calls).toEqual([])
  await expect(cancelTask(world, world.operator, { id })).toFailWith('conflict', 'cancelled')
  await startVerification(world, world.operator, other)
})

test.each([
  [{ from: 'filesystem', to: 'filesystem' }, 'invalid'],
  [{ from: 'filesystem', to: 'inline' }, 'invalid'],
  [{ from: 'nowhere', to: 'second' }, 'not_found'],
] as const)('%j is refused', async (wanted, code) => {
  await using world = await openStorageWorld()

  await expect(startMigration(world, world.operator, wanted)).toFailWith(code)
})

test('others than operators start nothing, and other organizations see nothing', async () => {
  await using world = await openStorageWorld()
  const { id } = await startMigration(world, world.operator, names)
  const stranger = actorOf(await insertOrganization(world.db, 'stranger'), 'operator')

  await expect(startMigration(world, actorOf(world.organization, 'viewer'), names)).toFailWith(
    'forbidden',
  )
  await expect(describeTask(world, stranger, { id })).toFailWith('not_found')
  await expect(cancelTask(world, stranger, { id })).toFailWith('not_found')
  await expect(startMigration(world, stranger, names)).toFailWith('not_found')
  expect((await listTasks(world, stranger, { cursor: '', limit: 10 })).tasks).toEqual([])
})
