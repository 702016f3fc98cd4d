import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { TaskState } from '@chainloop/proto/storage/v1/storage_service'
import { uploadArtifact } from '@chainloop/sdk/cas/upload-artifact'
import { expect, test } from '@jest/globals'

import { portsOf } from './world/environment.ts'
import { eventually } from './world/eventually.ts'
import { temporaryFolder } from './world/folder.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorldProcess } from './world/world.ts'

const COUNT = 30

test('kill -9 in the middle of a migration and of a verification: another process goes on, each blob is dealt with once', async () => {
  await using stack = new AsyncDisposableStack()
  const dataDir = stack.use(await temporaryFolder()).path
  const folder = stack.use(await temporaryFolder()).path
  let world = await startWorldProcess({ dataDir })
  stack.defer(() => world[Symbol.asyncDispose]())
  const env = portsOf(world.endpoints)
  const { project } = await declareWorkflow(world)
  const hexes: string[] = []
  for (let n = 0; n < COUNT; n++) hexes.push(await upload(n))
  const { client } = world.operator
  await client.casBackends.create({ name: 'second', provider: 'FILESYSTEM', location: 'second' })
  const { task } = await client.storage.startMigration({ from: 'filesystem', to: 'second' })
  const id = task?.id ?? ''
  await dieOnTheWay(id)
  expect(await ending(id)).toMatchObject({
    state: TaskState.DONE,
    done: BigInt(COUNT),
    problemCount: 0n,
  })
  const { result } = await world.operator.client.casBackends.list({})
  const location = result.find(({ name }) => name === 'second')?.location ?? ''
  for (const hex of hexes) {
    const copy = join(dataDir, 'cas', location, hex.slice(0, 2), hex.slice(2, 4), hex)
    expect(
      createHash('sha256')
        .update(await readFile(copy))
        .digest('hex'),
    ).toBe(hex)
  }

  const started = await world.operator.client.storage.startVerification({
    backendName: 'second',
    bytesPerSecond: 2_000_000n,
  })
  const verification = started.task?.id ?? ''
  await dieOnTheWay(verification)
  expect(await ending(verification)).toMatchObject({
    state: TaskState.DONE,
    done: BigInt(COUNT),
    problemCount: 0n,
  })

  async function dieOnTheWay(taskId: string): Promise<void> {
    await eventually(
      async () => ((await look(taskId))?.done ?? 0n) > 0n || undefined,
      'it has begun',
    )
    await world.program.kill()
    world = await startWorldProcess({ dataDir, env })
  }

  async function ending(taskId: string) {
    // Longer than a lease.
    const half = BigInt(COUNT / 2)
    await eventually(
      async () => ((await look(taskId))?.done ?? 0n) > half || undefined,
      'it goes on',
    )
    return eventually(async () => {
      const now = await look(taskId)
      return now?.state === TaskState.RUNNING ? undefined : now
    }, 'it is over')
  }

  async function look(taskId: string) {
    return (await world.operator.client.storage.describeTask({ id: taskId })).task
  }

  async function upload(n: number): Promise<string> {
    const content = randomBytes(200_000 + n)
    const path = join(folder, `${n}`)
    await writeFile(path, content)
    const hex = createHash('sha256').update(content).digest('hex')
    const blob = {
      name: `${n}`,
      digest: `sha256:${hex}` as const,
      size: content.length,
      open: () => createReadStream(path),
    }
    await uploadArtifact(world.operator.client, blob, { project })
    return hex
  }
})
