import { randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { validate } from '@actions/languageservice'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { parse } from 'yaml'

import { chainloopCommand } from './world/chainloop.ts'
import { type CiPlatform, COMMIT, startCiPlatform } from './world/ci-platform.ts'
import { command } from './world/command.ts'
import type { Env } from './world/environment.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { runJob } from './world/github-runner.ts'
import { digestOf, writeMaterials } from './world/materials.ts'
import { startWorld, type World } from './world/world.ts'

/* The examples of the documentation, linted and run by the means of the platforms. */
const stack = new AsyncDisposableStack()
let github: CiPlatform
let gitlab: CiPlatform
let world: World
let tools: string

const CONTRACT = `apiVersion: chainloop.dev/v1
kind: Contract
metadata: { name: web }
spec:
  materials:
    - { type: SBOM_CYCLONEDX_JSON, name: sbom }
    - { type: ARTIFACT, name: binary, output: true }
`

beforeAll(async () => {
  github = stack.use(await startCiPlatform())
  gitlab = stack.use(await startCiPlatform())
  const allowed = `${github.host},${gitlab.host}`
  world = stack.use(await startWorld({ env: { CHAINLOOP_EGRESS_ALLOW: allowed } }))
  tools = stack.use(await temporaryFolder()).path
  await writeTool('chainloop', `exec ${chainloopCommand([]).join(' ')} "$@"`)
  // Stands in for the one program that gitlab-ci-local wants and few machines have.
  await writeTool(
    'rsync',
    'for last; do :; done; mkdir -p "$last"; git archive HEAD | tar -x -C "$last"',
  )
  const { client } = world.operator
  await client.contracts.create({ name: 'web', rawContract: Buffer.from(CONTRACT) })
  await client.workflows.create({ name: 'build', projectName: 'web', contractName: 'web' })
  await trust('github', github, 'repository_owner_id=4711')
  await trust('gitlab', gitlab, 'project_id=1217')
})
afterAll(() => stack.disposeAsync())

async function trust(kind: string, platform: CiPlatform, claim: string): Promise<void> {
  const rule = ['--name', kind, '--project', 'web', '--platform', kind, '--claim', claim]
  const issuer = ['--issuer', platform.url]
  await world.operator.chainloop(['organization', 'trust-rule', 'add', ...rule, ...issuer])
}

async function writeTool(name: string, script: string): Promise<void> {
  await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(tools, name), 0o755)
}

const inRepository = (path: string): string => join(repository, path)
const read = (path: string): Promise<string> => readFile(inRepository(path), 'utf8')

/** A folder with what the build of the examples would have made. */
async function built(): Promise<string> {
  const { path } = stack.use(await temporaryFolder())
  const { sbom, binary } = await writeMaterials(path)
  await copyFile(binary, join(path, 'app.bin'))
  expect(sbom).toBe(join(path, 'sbom.cdx.json'))
  return path
}

const variables = () => ({
  CHAINLOOP_CONTROL_PLANE_API: world.operator.env['CHAINLOOP_CONTROL_PLANE_API'] ?? '',
  CHAINLOOP_ARTIFACT_CAS_API: world.operator.env['CHAINLOOP_ARTIFACT_CAS_API'] ?? '',
  CHAINLOOP_URL: world.endpoints.controlPlaneHttp,
})

/** Tools, and nothing of the machine that the tests are on: no token of it, and no CI system. */
const bare = (cwd: string): Env => ({
  PATH: `${tools}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
  HOME: cwd,
  TMPDIR: cwd,
})

async function attestedBy(bundle: string) {
  const digest = digestOf(await readFile(bundle))
  const { result } = await world.operator.client.runs.view({
    ref: { case: 'digest', value: digest },
    verify: true,
  })
  return result
}

test.each([
  ['deploy/github-action/action.yml', 'shell: bash', 'shell: [bash]'],
  ['docs/examples/github-actions.yml', 'steps.attest', 'steps.nobody'],
])('GitHub’s own linter has nothing to say about %s', async (path, good, bad) => {
  const place = path.endsWith('action.yml') ? 'action.yml' : '.github/workflows/ci.yml'
  // It remembers what it has seen under an address.
  const lint = async (text: string) =>
    (await validate(TextDocument.create(`file:///${randomUUID()}/${place}`, 'yaml', 1, text))).map(
      ({ message }) => message,
    )

  const text = await read(path)

  expect(await lint(text)).toEqual([])
  expect(await lint(`${text}\nunheard-of: true\n`)).not.toEqual([])
  expect(await lint(text.replaceAll(good, bad))).not.toEqual([])
})

test('a newcomer’s workflow on GitHub attests without a secret', async () => {
  const cwd = await built()
  const workflow: { jobs: { build: { steps: { name?: string }[] } } } = parse(
    await read('docs/examples/github-actions.yml'),
  )

  const printed = await runJob(
    workflow.jobs.build.steps.filter(({ name }) => name !== 'Build'),
    {
      cwd,
      env: { ...bare(cwd), ...github.job() },
      vars: variables(),
      with: { organization: 'default', insecure: 'true' },
      action: inRepository('deploy/github-action/action.yml'),
    },
  )

  const bundle = join(cwd, 'attestation.sigstore.json')
  const attested = await attestedBy(bundle)
  expect(printed).toContain(`attested as ${attested?.workflowRun?.attestationDigest}`)
  expect(attested?.verification?.verified).toBe(true)
  expect(attested?.workflowRun?.jobIdentity).toMatchObject({ platform: 'github', commit: COMMIT })
})

test('a job of GitHub that fails on its way gives its run up', async () => {
  const cwd = await built()
  await writeFile(join(cwd, 'sbom.cdx.json'), '{"no": "sbom"}')
  const workflow: { jobs: { build: { steps: { name?: string }[] } } } = parse(
    await read('docs/examples/github-actions.yml'),
  )
  const steps = workflow.jobs.build.steps.filter(({ name }) => name === 'Attest')

  const run = runJob(steps, {
    cwd,
    env: { ...bare(cwd), ...github.job() },
    vars: variables(),
    with: { organization: 'default', insecure: 'true' },
    action: inRepository('deploy/github-action/action.yml'),
  })

  await expect(run).rejects.toThrow('sbom.cdx.json')
  const { result } = await world.operator.client.runs.list({
    projectName: 'web',
    workflowName: 'build',
  })
  expect(result[0]).toMatchObject({ state: 'error', reason: 'the job failed' })
})

test('a newcomer’s pipeline on GitLab attests without a secret', async () => {
  const cwd = await built()
  const git = (...args: readonly string[]): Promise<string> =>
    command('git', ['-c', 'user.name=Al', '-c', 'user.email=al@acme.example', ...args], {
      cwd,
      env: { ...bare(cwd), GIT_CONFIG_NOSYSTEM: '1' },
    })
  await mkdir(join(cwd, 'templates'))
  await copyFile(
    inRepository('deploy/gitlab-component/templates/attest.yml'),
    join(cwd, 'templates/attest.yml'),
  )
  const pipeline = (await read('docs/examples/gitlab-ci.yml'))
    .replace(/component: .*/, 'local: templates/attest.yml')
    .replace('organization: acme', 'organization: default\n      insecure: true')
    .replace('- make', '- "true"')
  await writeFile(join(cwd, '.gitlab-ci.yml'), pipeline)
  await git('init', '--quiet', '--initial-branch=main')
  await git('remote', 'add', 'origin', 'https://git.acme.example/acme/web.git')
  await git('add', '--all')
  await git('commit', '--quiet', '--no-gpg-sign', '-m', 'one')
  const sha = (await git('rev-parse', 'HEAD')).trim()

  const { CHAINLOOP_CONTROL_PLANE_API, CHAINLOOP_ARTIFACT_CAS_API, CHAINLOOP_URL } = variables()
  const known: Env = {
    CHAINLOOP_CONTROL_PLANE: CHAINLOOP_CONTROL_PLANE_API,
    CHAINLOOP_CAS: CHAINLOOP_ARTIFACT_CAS_API,
    CHAINLOOP_URL,
    // What GitLab would set for `id_tokens`, and of its runner.
    CHAINLOOP_OIDC_TOKEN: gitlab.token(CHAINLOOP_URL, { ...GITLAB_CLAIMS, sha }),
    CI_RUNNER_VERSION: '18.5.0',
  }
  await command(process.execPath, [gitlabCiLocal(), ...OPTIONS, ...asOptions(known)], {
    cwd,
    env: bare(cwd),
  })

  const attested = await attestedBy(join(cwd, 'attestation.sigstore.json'))
  expect(attested?.verification?.verified).toBe(true)
  expect(attested?.workflowRun?.jobIdentity).toMatchObject({
    platform: 'gitlab',
    commit: sha,
    pipeline: '1217/1001',
  })
  expect(await readFile(join(cwd, 'chainloop-attestation-report.txt'), 'utf8')).toContain(
    'web/build',
  )
})

/** https://docs.gitlab.com/ci/secrets/id_token_authentication/, read 2026-11-23 */
const GITLAB_CLAIMS = {
  sub: 'project_path:acme/web:ref_type:branch:ref:main',
  project_id: '1217',
  project_path: 'acme/web',
  pipeline_id: '1001',
  pipeline_source: 'push',
  runner_environment: 'gitlab-hosted',
}

const OPTIONS = ['--force-shell-executor', '--no-shell-isolation', '--cwd', '.']

const asOptions = (env: Env): string[] =>
  Object.entries(env).flatMap(([name, value]) => ['--variable', `${name}=${value}`])

function gitlabCiLocal(): string {
  const manifest = createRequire(import.meta.url).resolve('gitlab-ci-local/package.json')
  return join(dirname(manifest), 'dist', 'index.js')
}
