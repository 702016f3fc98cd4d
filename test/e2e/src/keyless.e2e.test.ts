import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { statementOf } from './world/attest.ts'
import { type CommandResult, runChainloop } from './world/chainloop.ts'
import { type CiPlatform, COMMIT, startCiPlatform } from './world/ci-platform.ts'
import type { Env } from './world/environment.ts'
import { temporaryFolder } from './world/folder.ts'
import { writeMaterials } from './world/materials.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let platform: CiPlatform
let world: World
let declared: DeclaredWorkflow
let folder: string

beforeAll(async () => {
  platform = stack.use(await startCiPlatform())
  world = stack.use(await startWorld({ env: { CHAINLOOP_EGRESS_ALLOW: platform.host } }))
  declared = await declareWorkflow(world)
  folder = stack.use(await temporaryFolder()).path
  const { project } = declared
  const claim = ['--platform', 'github', '--claim', 'repository_owner_id=4711']
  const rule = ['--name', 'web', '--project', project, '--issuer', platform.url, ...claim]
  await world.operator.chainloop(['organization', 'trust-rule', 'add', ...rule])
})
afterAll(() => stack.disposeAsync())

/** A machine of its own, with what the platform gives a job and no secret of ours. */
async function machine(claims?: Readonly<Record<string, string>>) {
  const { path } = stack.use(await temporaryFolder())
  const { CHAINLOOP_TOKEN: _, ...address } = world.operator.env
  const env: Env = {
    ...address,
    ...platform.job(claims),
    CHAINLOOP_ORGANIZATION: 'default',
    TMPDIR: path,
  }
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    runChainloop(['attestation', ...args], { cwd: path, env })
  const chainloop = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args)
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`)
    return stdout
  }
  return { path, env, run, chainloop }
}

const describe = (...args: readonly string[]): Promise<string> =>
  world.operator.chainloop(['workflow', 'run', 'describe', ...args])

const init = () => ['init', '--workflow', declared.workflow, '--project', declared.project] as const

test('a job without any secret attests, and its run shows what the platform vouches for', async () => {
  const job = await machine()
  const before = platform.issued.length
  await job.chainloop(...init())
  for (const [name, value] of Object.entries(await writeMaterials(job.path))) {
    await job.chainloop('add', '--name', name, '--value', value)
  }
  const bundle = join(job.path, 'bundle.json')
  const pushed: { digest: string } = JSON.parse(
    await job.chainloop('push', '--bundle', bundle, '--output', 'json'),
  )
  expect(platform.issued.length - before).toBe(1)

  const root = join(job.path, 'root.json')
  await writeFile(
    root,
    await world.operator.chainloop(['signing', 'trusted-root', '--for', 'attestations']),
  )
  await job.chainloop('verify', '--bundle', bundle, '--trusted-root', root)

  const { predicate } = statementOf(await readFile(bundle))
  expect(predicate).toMatchObject({
    runnerAuthenticated: true,
    runnerEnvironment: 'managed',
    runnerWorkflowFilePath: 'acme/web/.github/workflows/ci.yml@refs/heads/main',
    auth: { type: 'AUTH_TYPE_FEDERATED' },
  })
  const described: unknown = JSON.parse(
    await describe('--digest', pushed.digest, '--output', 'json'),
  )
  expect(described).toMatchObject({
    jobIdentity: {
      issuer: platform.url,
      subject: 'repo:acme/web:ref:refs/heads/main',
      repository: `${platform.url}/acme/web`,
      commit: COMMIT,
      environment: 'github-hosted',
      trustRule: 'web',
      claims: { repository_owner_id: '4711' },
    },
    fields: expect.arrayContaining([
      expect.objectContaining({
        field: 'predicate.runnerURL',
        source: 'job identity',
        verified: true,
      }),
    ]),
  })
  const shown = await describe('--digest', pushed.digest)
  expect(shown).toContain('repo:acme/web:ref:refs/heads/main')
})

test('further jobs of the pipeline join with identities of their own', async () => {
  const [first, second] = [await machine(), await machine({ runner_environment: 'self-hosted' })]
  const { attestationID: id }: { attestationID: string } = JSON.parse(
    await first.chainloop(...init(), '--remote-state', '--output', 'json'),
  )
  const { sbom, tests, binary } = await writeMaterials(folder)
  const run = ['--attestation-id', id]

  await second.chainloop('join', ...run)
  await Promise.all([
    first.chainloop('add', '--name', 'sbom', '--value', sbom, ...run),
    second.chainloop('add', '--name', 'tests', '--value', tests, ...run),
    second.chainloop('add', '--name', 'binary', '--value', binary, ...run),
  ])
  await first.chainloop('push', ...run)

  const described: { jobIdentity: { environment?: string } } = JSON.parse(
    await describe('--id', id, '--output', 'json'),
  )
  expect(described.jobIdentity.environment).toBe('')
})

test('a job of another pipeline does not join, one of another owner opens nothing', async () => {
  const first = await machine()
  const { attestationID: id }: { attestationID: string } = JSON.parse(
    await first.chainloop(...init(), '--remote-state', '--output', 'json'),
  )

  const other = await (await machine({ run_id: '43' })).run('join', '--attestation-id', id)
  const stranger = await (await machine({ repository_owner_id: '666' })).run(...init())

  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('not found') })
  expect(stranger).toMatchObject({ code: 1, stderr: expect.stringContaining('no trust rule') })
  expect(await first.run('reset', '--attestation-id', id)).toMatchObject({ code: 0 })
})

test('what an identity is not good for is said before anything happens', async () => {
  const job = await machine()
  const before = platform.issued.length

  const dry = await job.run(...init(), '--dry-run')

  expect(dry).toMatchObject({ code: 1, stderr: expect.stringContaining('needs an account token') })
  expect(platform.issued).toHaveLength(before)
})

test('without identity and token a job ends with an error, gracefully or not', async () => {
  const { run } = await machine()
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _, ...env } = (await machine()).env

  const poor = await runChainloop(['attestation', ...init(), '--graceful-exit'], { env })

  expect(poor).toMatchObject({ code: 1, stderr: expect.stringContaining('no token is configured') })
  expect(await run(...init(), '--graceful-exit')).toMatchObject({ code: 0 })
})
