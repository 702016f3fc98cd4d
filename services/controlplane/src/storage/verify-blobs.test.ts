import { expect, test } from '@jest/globals'

import { startVerification } from './start-task.ts'
import { openStorageWorld } from './testing/storage-world.ts'
import { workOnTask } from './work-on-task.ts'

const wanted = { backendName: 'filesystem', bytesPerSecond: 0 }

test('what is missing or rotten is told, and all that is sound is counted', async () => {
  await using world = await openStorageWorld()
  const run = await world.run('success')
  const digests: string[] = []
  for (let n = 0; n < 120; n++) {
    const digest = world.storage.put(world.from.id, `blob ${n}`)
    await world.attest(digest, run)
    digests.push(digest)
  }
  const [missing = '', rotten = ''] = digests
  world.storage.blobs(world.from.id).delete(missing)
  world.storage.blobs(world.from.id).set(rotten, Buffer.from('else'))

  const { task, problems } = await world.finish(
    await startVerification(world, world.operator, wanted),
  )

  expect(task).toMatchObject({ state: 'done', counts: { done: 120, total: 120, problems: 2 } })
  expect(problems.map(({ digest, kind }) => `${kind} ${digest}`).toSorted()).toEqual([
    `missing ${missing}`,
    `rotten ${rotten}`,
  ])
})

test('it goes on after the last blob that was noted, each is read once', async () => {
  await using world = await openStorageWorld()
  const run = await world.run('success')
  for (let n = 0; n < 20; n++) {
    await world.attest(world.storage.put(world.from.id, `blob ${n}`), run)
  }
  const task = await startVerification(world, world.operator, wanted)
  const stopping = new AbortController()
  world.storage.before = () => {
    if (world.storage.calls.length === 8) stopping.abort()
  }
  await workOnTask(world.deps, stopping.signal)
  const { task: done } = await world.finish(task)

  expect(done).toMatchObject({ state: 'done', counts: { done: 20, total: 20 } })
  expect(world.storage.calls).toHaveLength(20)
  expect(new Set(world.storage.calls).size).toBe(20)
})
