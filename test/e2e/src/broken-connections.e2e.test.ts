import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { downloadArtifact } from '@chainloop/sdk/cas/download'
import { localFile } from '@chainloop/sdk/cas/local-file'
import { uploadArtifact } from '@chainloop/sdk/cas/upload-artifact'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { type CuttingProxy, startCuttingProxy } from './world/cutting-proxy.ts'
import { temporaryFolder } from './world/folder.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* Big artifacts over a network that breaks every connection: they arrive, and nothing is sent twice. */
const MIB = 1 << 20
const size = 10 * MIB
const stack = new AsyncDisposableStack()
let world: World
let proxy: CuttingProxy
let folder: string
let project: string

beforeAll(async () => {
  proxy = stack.use(await startCuttingProxy())
  world = stack.use(await startWorld({ env: { CAS_EXTERNAL_URL: proxy.url } }))
  proxy.target = new URL(world.endpoints.casHttp)
  folder = stack.use(await temporaryFolder()).path
  project = (await declareWorkflow(world)).project
})

afterAll(() => stack.disposeAsync())

test('an artifact goes up and comes down though the connection breaks at every tenth of it', async () => {
  const bytes = randomBytes(size)
  const [from, to] = [join(folder, 'artifact'), join(folder, 'again')]
  await writeFile(from, bytes)
  const { client } = world.operator
  proxy.cutAfter = size / 10 + 1000
  const heard: number[] = []

  const { digest } = await uploadArtifact(client, await localFile(from), {
    project,
    onProgress: (sent) => heard.push(sent),
  })
  const cutsOfUpload = proxy.cuts
  await downloadArtifact(client, digest, { file: to })

  // A broken connection may take what was under way with it: that is sent again, and little else.
  expect(cutsOfUpload).toBeGreaterThanOrEqual(9)
  expect(cutsOfUpload).toBeLessThan(20)
  expect(proxy.cuts - cutsOfUpload).toBeGreaterThanOrEqual(9)
  expect(heard.at(-1)).toBe(size)
  expect(bytes.equals(await readFile(to))).toBe(true)
})
