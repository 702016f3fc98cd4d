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

test('kill -9 in the middle of a migration: another process goes on, and every blob arrives whole', async () => {
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
  await eventually(async () => {
    const now = (await client.storage.describeTask({ id })).task
    return Number(now?.done ?? 0) > 0 ? true : undefined
  }, 'the migration has begun')

  await world.program.kill()
  world = await startWorldProcess({ dataDir, env })

  const { client: again } = world.operator
  await eventually(async () => {
    const now = (await again.storage.describeTask({ id })).task
    return Number(now?.done ?? 0) > COUNT / 2 ? true : undefined
  }, 'somebody goes on')
  const done = await eventually(async () => {
    const now = (await again.storage.describeTask({ id })).task
    return now?.state === TaskState.RUNNING ? undefined : now
  }, 'the migration is over')
  expect(done).toMatchObject({ state: TaskState.DONE, done: BigInt(COUNT), problemCount: 0n })
  const { result } = await again.casBackends.list({})
  const location = result.find(({ name }) => name === 'second')?.location ?? ''
  for (const hex of hexes) {
    const copy = join(dataDir, 'cas', location, hex.slice(0, 2), hex.slice(2, 4), hex)
    expect(
      createHash('sha256')
        .update(await readFile(copy))
        .digest('hex'),
    ).toBe(hex)
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
}, 240_000)
