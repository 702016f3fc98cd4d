import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest, type Attested } from './world/attest.ts'
import { temporaryFolder } from './world/folder.ts'
import { digestOf } from './world/materials.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/** A registry where there is one, else another folder of the store's own disk. */
const registry = process.env['TEST_REGISTRY_URL']
const host = registry === undefined ? '' : new URL(registry).host
const add =
  registry === undefined
    ? ['filesystem', '--folder', 'second']
    : ['oci', '--repo', `${host}/e2e-${randomBytes(4).toString('hex')}`]

const stack = new AsyncDisposableStack()
let world: World
let folder: string
let declared: DeclaredWorkflow
let attested: Attested

const json = async (args: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await world.operator.chainloop([...args, '--yes', '--output', 'json'])) as Record<
    string,
    unknown
  >

async function download(digest: string): Promise<Buffer> {
  const copy = join(folder, randomBytes(4).toString('hex'))
  await world.operator.chainloop(['artifact', 'download', '--digest', digest, '--file', copy])
  return readFile(copy)
}

beforeAll(async () => {
  folder = stack.use(await temporaryFolder()).path
  const env: Record<string, string> = {
    CHAINLOOP_STORAGE_GRACE: '0s',
    ...(host === '' ? {} : { CHAINLOOP_EGRESS_ALLOW: host }),
  }
  world = stack.use(await startWorld({ env }))
  declared = await declareWorkflow(world)
  attested = await attest(declared, folder)
})

afterAll(() => stack.disposeAsync())

test('storage that does not work is refused, and nothing of it is kept', async () => {
  const refused = await world.operator.run([
    'cas-backend',
    'add',
    'oci',
    '--name=broken',
    '--repo=127.0.0.1:9/nowhere',
    '--username=robot',
    '--password=top-secret',
  ])

  expect(refused.code).toBe(1)
  expect(refused.stderr).not.toContain('top-secret')
  expect(await world.operator.chainloop(['cas-backend', 'list'])).not.toContain('broken')
})

test('a backend is added, becomes the default, gets runs, and its credentials are rotated', async () => {
  await json(['cas-backend', 'add', ...add, '--name', 'second'])
  await json(['cas-backend', 'set-default', '--name', 'second'])
  const run = await attest(declared, stack.use(await temporaryFolder()).path)

  if (host !== '') {
    await json(['cas-backend', 'update', 'oci', '--name', 'second', '-u', 'a', '-p', 'rotated'])
  }
  await json(['cas-backend', 'update', add[0] ?? '', '--name', 'second', '--description', 'new'])
  await world.operator.chainloop(['cas-backend', 'revalidate', '--name', 'second'])

  expect(await json(['cas-backend', 'describe', '--name', 'second'])).toMatchObject({
    default: true,
    status: 'ok',
    description: 'new',
  })
  const original = await readFile(run.materials['binary'] ?? '')
  expect((await download(digestOf(original))).equals(original)).toBe(true)
})

test('everything is migrated, verifies there, and is still there without the first one', async () => {
  const migrated = await json(['cas-backend', 'migrate', '--from', 'filesystem', '--to', 'second'])
  expect(migrated).toMatchObject({ task: { kind: 'migration', state: 'done', problems: 0 } })
  expect(await json(['cas', 'verify', '--backend', 'second', '--rate', '100MB'])).toMatchObject({
    task: { state: 'done', problems: 0 },
  })

  await world.operator.chainloop(['cas-backend', 'delete', '--name', 'filesystem', '--yes'])

  for (const path of Object.values(attested.materials)) {
    const original = await readFile(path ?? '')
    expect((await download(digestOf(original))).equals(original)).toBe(true)
  }
})

test('what somebody has damaged is found, and the command says so with its exit code', async () => {
  const path = join(folder, 'artifact')
  await writeFile(path, randomBytes(2000))
  const digest = digestOf(await readFile(path))
  await json(['cas-backend', 'add', 'filesystem', '--folder', 'third', '--name', 'third'])
  await json(['cas-backend', 'set-default', '--name', 'third'])
  await world.operator.chainloop([
    'artifact',
    'upload',
    '--file',
    path,
    '--project',
    declared.project,
  ])
  const hex = digest.slice('sha256:'.length)
  const { location } = await json(['cas-backend', 'describe', '--name', 'third'])
  const stored = join(world.dataDir, 'cas', String(location), hex.slice(0, 2), hex.slice(2, 4), hex)
  await writeFile(stored, randomBytes(2000))

  const found = await world.operator.run(['cas', 'verify', '--backend', 'third'])

  expect(found).toMatchObject({ code: 1, stdout: expect.stringContaining(digest) as unknown })
  expect(found.stdout).toContain('rotten')
})

test('a collection removes nothing that is referred to', async () => {
  const collected = await json(['cas', 'gc', '--backend', 'second'])

  expect(collected).toMatchObject({ task: { state: 'done', removed: 0, problems: 0 } })
})

test('what nobody has told of is removed when that is asked for, and the rest stays', async () => {
  const { location } = await json(['cas-backend', 'describe', '--name', 'third'])
  const hex = digestOf(Buffer.from('stray')).slice('sha256:'.length)
  const place = join(world.dataDir, 'cas', String(location), hex.slice(0, 2), hex.slice(2, 4))
  await mkdir(place, { recursive: true })
  await writeFile(join(place, hex), 'stray')

  const collect = ['cas', 'gc', '--backend', 'third', '--unknown']
  expect(await json(collect)).toMatchObject({ task: { marked: 1, removed: 0 } })
  expect(await json(collect)).toMatchObject({ task: { marked: 0, removed: 1 } })

  expect(await readdir(place)).toEqual([])
  const rest = await world.operator.run(['cas', 'verify', '--backend', 'third', '--output', 'json'])
  expect(JSON.parse(rest.stdout)).toMatchObject({ problems: [{ kind: 'rotten' }] })
})

test('a service account neither sees nor changes where artifacts are kept', async () => {
  for (const args of [
    ['cas-backend', 'list'],
    ['cas-backend', 'set-default', '--name', 'second', '--yes'],
    ['cas', 'verify', '--backend', 'second'],
    ['cas', 'retention', 'set', '--project', declared.project, '--keep-days', '1'],
  ]) {
    expect((await declared.job.run(args)).code).toBe(1)
  }
})
