import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest, type Attested } from './world/attest.ts'
import { command } from './world/command.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { codeBlocks } from './world/markdown.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* The sdk and what it depends on, as somebody else gets them: packed, installed into an empty project, type-checked, run. */
const stack = new AsyncDisposableStack()
const tsc = join(repository, 'node_modules', '.bin', 'tsc')
/** Published together. */
const PACKAGES = [
  'proto',
  ...['attestation', 'keys', 'oci', 'policy', 'rego', 'sdk'].map((name) => `packages/${name}`),
]
let project: string
let world: World
let attested: Attested

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder()).path
  world = stack.use(await startWorld())
  attested = await attest(await declareWorkflow(world), folder)
  project = join(folder, 'elsewhere')
  await mkdir(project)
  const tarballs = await pack(folder)
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'elsewhere', private: true, type: 'module' }),
  )
  await npm(['install', ...tarballs, '@types/node@24'], project)
  const [program = ''] = await codeBlocks(join(repository, 'packages', 'sdk', 'README.md'), 'ts')
  expect(program.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(20)
  await writeFile(join(project, 'program.ts'), program)
})

afterAll(() => stack.disposeAsync())

async function pack(folder: string): Promise<string[]> {
  await command(tsc, ['--build', 'packages/sdk'], { cwd: repository })
  await Promise.all(
    PACKAGES.map((name) =>
      command('npx', ['--yes', 'pnpm@12.21.0', 'pack', '--pack-destination', folder], {
        cwd: join(repository, name),
      }),
    ),
  )
  const files = await readdir(folder)
  return files.filter((file) => file.endsWith('.tgz')).map((file) => join(folder, file))
}

async function npm(args: readonly string[], cwd: string): Promise<string> {
  return command(
    'npm',
    [...args, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd },
  )
}

test('the program of the README is type-checked against the packed declarations', async () => {
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--lib',
    'es2024,esnext.disposable',
    '--types',
    'node',
  ]

  await expect(command(tsc, [...options, 'program.ts'], { cwd: project })).resolves.toBeDefined()
})

test.each(['24', '26'])(
  'it lists runs, verifies one and downloads an artifact on Node %s',
  async (version) => {
    const folder = join(project, `on-node-${version}`)
    await mkdir(folder)
    const node = await nodeOf(version, folder)

    const printed = await command(node, [join(project, 'program.ts')], {
      cwd: folder,
      env: { ...process.env, ...world.operator.env },
    })

    expect(printed).toContain(attested.digest)
    expect(await readdir(join(folder, 'out'))).toHaveLength(1)
  },
)

/** The Node that runs this test, or another one as npm has it. */
async function nodeOf(version: string, folder: string): Promise<string> {
  if (process.version.startsWith(`v${version}.`)) return process.execPath
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await npm(['install', `node@${version}`], folder)
  const node = join(folder, 'node_modules', 'node', 'bin', 'node')
  expect(await command(node, ['--version'], { cwd: folder })).toMatch(`v${version}.`)
  return node
}
