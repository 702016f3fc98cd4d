import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'

import { chainloopCommand } from './world/chainloop.ts'
import { eventually } from './world/eventually.ts'
import { temporaryFolder } from './world/folder.ts'
import { type Materials, writeMaterials } from './world/materials.ts'
import { startCommand } from './world/program.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* What goes wrong in real pipelines: a clear error, the right exit code, and nothing that was done is lost. */
const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let folder: string
let materials: Materials

beforeAll(async () => {
  world = stack.use(await startWorld())
  declared = await declareWorkflow(world)
})

beforeEach(async () => {
  folder = stack.use(await temporaryFolder()).path
  materials = await writeMaterials(folder)
})

afterAll(() => stack.disposeAsync())

const init = (): string[] => [
  'attestation',
  'init',
  '--workflow',
  declared.workflow,
  '--project',
  declared.project,
]
const add = (name: string, value: string): string[] => [
  'attestation',
  'add',
  '--name',
  name,
  '--value',
  value,
]

async function job(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  return declared.job.run(args, { cwd: folder, env: { TMPDIR: folder } })
}

test('a malformed contract is refused with all problems at once, each with its path and line', async () => {
  const file = join(folder, 'contract.yaml')
  await writeFile(
    file,
    `apiVersion: chainloop.dev/v1
kind: Contract
metadata:
  name: broken
spec:
  materials:
    - type: SBOM_OF_SORTS
      name: sbom
    - type: ARTIFACT
      name: Not A Name
`,
  )

  const { code, stderr } = await world.operator.run([
    'workflow',
    'contract',
    'create',
    '--name',
    'broken',
    '--contract',
    file,
  ])

  expect(code).toBe(1)
  expect(stderr).toMatch(/materials.*type/)
  expect(stderr).toMatch(/materials.*name/)
  expect(stderr).toMatch(/7/)
  expect(stderr).toMatch(/10/)
})

test('push lists every required material that is missing, and goes on where it was', async () => {
  await job(init())
  await job(add('sbom', materials.sbom))

  const refused = await job(['attestation', 'push'])

  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/tests/)
  expect(refused.stderr).toMatch(/binary/)
  await job(add('tests', materials.tests))
  await job(add('binary', materials.binary))
  expect(await job(['attestation', 'push'])).toMatchObject({ code: 0 })
})

test.each([
  ['broken JSON', '{ "bomFormat": "CycloneDX", '],
  ['another JSON', '{ "hello": "world" }'],
  ['an empty file', ''],
])('%s is no SBOM; the run goes on without it', async (_what, content) => {
  const broken = join(folder, 'broken.json')
  await writeFile(broken, content)
  await job(init())

  const refused = await job(add('sbom', broken))

  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/broken\.json|sbom/)
  expect(await job(add('sbom', materials.sbom))).toMatchObject({ code: 0 })
  await job(['attestation', 'reset'])
})

test('an unknown kind of material is a usage error that names it', async () => {
  await job(init())

  const refused = await job([...add('extra', materials.binary), '--kind', 'PIE'])

  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(/PIE/)
  await job(['attestation', 'reset'])
})

test('a file that is not there is named', async () => {
  await job(init())

  const refused = await job(add('binary', join(folder, 'nowhere.bin')))

  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/nowhere\.bin/)
  await job(['attestation', 'reset'])
})

test('a server that is down is named by its address', async () => {
  const { code, stderr } = await world.operator.run(['workflow', 'list'], {
    env: { CHAINLOOP_CONTROL_PLANE_API: '127.0.0.1:9' },
  })

  expect(code).toBe(1)
  expect(stderr).toMatch(/127\.0\.0\.1:9/)
})

test('a CI job waits for a server that is down, and says for which', async () => {
  const env = { ...declared.job.env, TMPDIR: folder, CHAINLOOP_CONTROL_PLANE_API: '127.0.0.1:9' }
  const namesIt = (line: string): boolean => line.includes('127.0.0.1:9')

  await using waiting = await startCommand(chainloopCommand(init()), { cwd: folder, env }, namesIt)

  expect(waiting.log()).toMatch(/127\.0\.0\.1:9/)
})

test('an artifact CAS that is down is named by its address, and the material can be added later', async () => {
  await job(init())

  const refused = await declared.job.run(add('binary', materials.binary), {
    cwd: folder,
    env: { TMPDIR: folder, CHAINLOOP_ARTIFACT_CAS_API: '127.0.0.1:9' },
  })

  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/127\.0\.0\.1:9/)
  expect(await job(add('binary', materials.binary))).toMatchObject({ code: 0 })
  await job(['attestation', 'reset'])
})

test.each([
  ['nonsense', 'not.a.token'],
  ['one byte changed', 'tampered'],
])('a token that is %s is refused without being shown', async (_what, kind) => {
  const { token } = declared.job
  const wrong = kind === 'tampered' ? `${token.slice(0, -8)}AAAAAAAA` : kind

  const { code, stderr } = await declared.job.run(init(), {
    cwd: folder,
    env: { TMPDIR: folder, CHAINLOOP_TOKEN: wrong },
  })

  expect(code).toBe(1)
  expect(stderr).toMatch(/token|authenticat/i)
  expect(stderr).not.toContain(wrong)
})

test('a token that has expired is said to have', async () => {
  const { result } = await world.operator.client.apiTokens.create({
    name: 'short-lived',
    projectReference: { name: declared.project },
    expiresIn: { seconds: 1n },
  })
  const expired = world.account(result?.jwt ?? '')
  await eventually(async () => {
    const answer = expired.client.context.current({})
    return answer.then(
      () => undefined,
      () => true,
    )
  }, 'the token expires')

  const { code, stderr } = await expired.run(init(), { cwd: folder, env: { TMPDIR: folder } })

  expect(code).toBe(1)
  expect(stderr).toMatch(/expired/)
})

test('a document that is too large to be looked at is refused with the limit', async () => {
  const large = join(folder, 'large.json')
  await writeFile(large, '{')
  await truncate(large, 65 * 1024 * 1024)
  await job(init())

  const refused = await job(add('sbom', large))

  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(
    /large\.json is larger than 64 MiB, the limit for SBOM_CYCLONEDX_JSON/,
  )
  expect(await job(add('sbom', materials.sbom))).toMatchObject({ code: 0 })
  await job(['attestation', 'reset'])
})

test('the bundled program checks every version of CycloneDX by its schema', async () => {
  const versions = ['1.2', '1.3', '1.4', '1.5', '1.6', '1.7']
  await job(init())

  for (const specVersion of versions) {
    const path = join(folder, `${specVersion}.json`)
    const broken = { bomFormat: 'CycloneDX', specVersion, version: 1, components: [{ name: 'x' }] }
    await writeFile(path, JSON.stringify(broken))

    expect((await job(add('sbom', path))).stderr).toContain(
      `violates the schema of CycloneDX ${specVersion}: /components/0 must have required property 'type'`,
    )
  }
  await job(['attestation', 'reset'])
})

test('output that nobody reads any more is no error', async () => {
  const [program = '', ...args] = chainloopCommand(['version', '--client'])
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const closed = once(child, 'close')

  expect(await text(child.stderr)).toBe('')
  expect(await closed).toEqual([0, null])
})

test('--graceful-exit lets a pipeline go on without evidence, but not without a valid token', async () => {
  const lenient = [...init(), '--graceful-exit']
  const nowhere = [...lenient, '--contract-revision', '99']
  const env = { TMPDIR: folder, CHAINLOOP_TOKEN: 'not.a.token' }

  expect(await job(nowhere)).toMatchObject({ code: 0, stderr: expect.stringContaining('✗') })
  expect(await declared.job.run(lenient, { cwd: folder, env })).toMatchObject({ code: 1 })
})

test('no token at all is said so', async () => {
  const { code, stderr } = await declared.job.run(init(), {
    cwd: folder,
    env: { TMPDIR: folder, CHAINLOOP_TOKEN: '' },
  })

  expect(code).toBe(1)
  expect(stderr).toMatch(/token|log ?in/i)
})

test('a second init does not throw the first away', async () => {
  await job(init())
  await job(add('sbom', materials.sbom))

  const refused = await job(init())

  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/already|in progress/)
  const status = await declared.job.chainloop(['attestation', 'status', '--output', 'json'], {
    cwd: folder,
    env: { TMPDIR: folder },
  })
  expect(status).toContain('sbom')
  await job(['attestation', 'reset'])
})

test('commands without an init say so', async () => {
  for (const args of [
    add('sbom', materials.sbom),
    ['attestation', 'status'],
    ['attestation', 'push'],
  ]) {
    const { code, stderr } = await job(args)
    expect(code).toBe(1)
    expect(stderr).toMatch(/init|started/)
  }
})
