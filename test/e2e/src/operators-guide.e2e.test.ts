import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import {
  freePort,
  startProvider,
  type TestProvider,
} from '@chainloop/kit/testing/identity-provider'
import { createBrowser, signInAs } from '@chainloop/kit/testing/test-browser'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'

import { chainloopCommand } from './world/chainloop.ts'
import { type CiPlatform, startCiPlatform } from './world/ci-platform.ts'
import { command } from './world/command.ts'
import { temporaryDatabase } from './world/database.ts'
import type { Env } from './world/environment.ts'
import { eventually } from './world/eventually.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { runJob } from './world/github-runner.ts'
import { codeBlocks } from './world/markdown.ts'
import { startWorld, type World } from './world/world.ts'

/* From an empty database on, everything that docs/operators.md says to run, by whom it says. */
const page = join(repository, 'docs', 'operators.md')
const stack = new AsyncDisposableStack()
let provider: TestProvider
let platform: CiPlatform
let world: World
let folder: string
let tools: string

beforeAll(async () => {
  folder = stack.use(await temporaryFolder()).path
  platform = stack.use(await startCiPlatform())
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  provider = stack.use(await startProvider(`${url}/auth/callback`))
  for (const login of ['olga', 'bo', 'cy', 'dee']) {
    provider.accounts.set(login, { email: `${login}@acme.example`, email_verified: true })
  }
  const server = process.env['TEST_DATABASE_URL']
  const database: Env = server
    ? { DATABASE_URL: stack.use(await temporaryDatabase(server)).url }
    : {}
  const dataDir = join(folder, 'server')
  await mkdir(dataDir)
  world = stack.use(
    await startWorld({
      dataDir,
      env: {
        ...database,
        CONTROLPLANE_HTTP_PORT: String(port),
        CONTROLPLANE_EXTERNAL_URL: url,
        CHAINLOOP_OIDC_ISSUER: provider.issuer,
        CHAINLOOP_OIDC_CLIENT_ID: provider.clientId,
        CHAINLOOP_OIDC_CLIENT_SECRET: provider.clientSecret,
        CHAINLOOP_FIRST_OWNER: 'olga@acme.example',
        CHAINLOOP_SIGN_IN_ALLOW: '@acme.example',
        CHAINLOOP_ONBOARDING: '',
        CHAINLOOP_INSTANCE_ADMINS: 'olga@acme.example',
        CHAINLOOP_RESTRICT_ORGANIZATION_CREATION: 'true',
        CHAINLOOP_SESSION_MAX_AGE: '30d',
        CHAINLOOP_EGRESS_ALLOW: platform.host,
      },
    }),
  )
  tools = join(folder, 'tools')
  await mkdir(tools)
  await tool('chainloop', `exec ${chainloopCommand([]).join(' ')} "$@"`)
  await tool('make', 'echo "a program" > "$1"')
})
afterAll(() => stack.disposeAsync())

async function tool(name: string, script: string): Promise<void> {
  await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(tools, name), 0o755)
}

/** The page with the addresses of this test, nothing else changed. */
function here(text: string): string {
  const { controlPlaneApi, casApi } = world.endpoints
  return text
    .replaceAll('127.0.0.1:9000', new URL(controlPlaneApi).host)
    .replaceAll('127.0.0.1:9001', new URL(casApi).host)
    .replaceAll('https://token.actions.githubusercontent.com', platform.url)
    .replaceAll('bin/chainloop', 'chainloop')
}

/** Runs commands on somebody's own machine; who has to sign in does it in the browser that is opened. */
async function runAs(login: string, script: string): Promise<string> {
  const home = join(folder, login)
  await mkdir(home, { recursive: true })
  const addressFile = join(home, 'address')
  await writeFile(addressFile, '')
  const opener = join(home, 'browser.sh')
  await writeFile(opener, `#!/bin/sh\nprintf %s "$1" > '${addressFile}'\n`)
  await chmod(opener, 0o755)
  const running = command('bash', ['-euo', 'pipefail', '-c', here(script)], {
    cwd: home,
    env: {
      PATH: `${tools}:${process.env['PATH'] ?? ''}`,
      XDG_CONFIG_HOME: home,
      BROWSER: opener,
    },
  })
  if (script.includes('auth login')) {
    const address = eventually(
      async () => (await readFile(addressFile, 'utf8')) || undefined,
      'a browser is opened',
    )
    await signInAs(createBrowser(), login, await Promise.race([address, running]))
  }
  return running
}

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly env: Env; readonly steps: readonly { readonly run: string }[] }>
  >
}

/** As GitHub would: no secret, and the identity of the job. */
async function runPipeline(text: string): Promise<string> {
  const { jobs }: Workflow = parse(text)
  const { env = {}, steps = [] } = jobs['build'] ?? {}
  const vars: Env = {
    CHAINLOOP_CONTROL_PLANE_API: new URL(world.endpoints.controlPlaneApi).host,
    CHAINLOOP_ARTIFACT_CAS_API: new URL(world.endpoints.casApi).host,
  }
  const filled = Object.entries(env).map(([name, value]) => [
    name,
    value.replaceAll(/\$\{\{ vars\.(\w+) \}\}/g, (_, variable: string) => vars[variable] ?? ''),
  ])
  const { path: cwd } = stack.use(await temporaryFolder())
  return runJob(steps, {
    cwd,
    env: {
      PATH: `${tools}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: cwd,
      TMPDIR: cwd,
      ...Object.fromEntries(filled),
      CHAINLOOP_API_INSECURE: 'true',
      ...platform.job(),
    },
    vars,
    with: {},
    action: join(cwd, 'none'),
  })
}

test('from an empty database to sign-in, a second administrator, a team, a keyless pipeline and a verified audit log', async () => {
  const told = await codeBlocks(page, 'sh')
  const [pipeline = ''] = await codeBlocks(page, 'yaml')
  const step = (at: number): string => told[at] ?? ''
  expect(step(0).trim()).toBe('npm start')
  expect(told).toHaveLength(11)

  expect(await runAs('olga', step(1))).toContain(
    'signed in as olga@acme.example, working in default',
  )
  expect(await runAs('olga', step(2))).toContain('bo@acme.example')
  expect(await runAs('bo', step(3))).toMatch(/olga@acme\.example[\s\S]*bo@acme\.example/)
  await runAs('bo', step(4))
  expect(await runAs('bo', step(5))).toContain('web-team')
  await runAs('bo', step(6))

  const issued = platform.issued.length
  await runPipeline(pipeline)
  expect(platform.issued.length - issued).toBe(1)
  expect(await runAs('bo', step(7))).toContain('succeeded')

  expect(await runAs('bo', step(8))).toMatch(/verified|entries/)
  expect(await runAs('olga', step(9))).toMatch(/projects: 50/)
  expect(await runAs('olga', step(10))).toContain('nothing is shared')
})

test('whoever joined the team sees its project and the run, and nothing else', async () => {
  const signIn = await codeBlocks(page, 'sh').then((blocks) => blocks[1] ?? '')
  await runAs('dee', signIn)

  const seen = await runAs('dee', 'chainloop workflow run list --project web --output json')
  expect(JSON.parse(seen)).toMatchObject({ runs: [{ workflow: 'build', project: 'web' }] })
  await expect(runAs('dee', 'chainloop audit list')).rejects.toThrow(/ended with 1/)
})

test('the table of settings names settings that there are', async () => {
  const text = await readFile(page, 'utf8')
  const named = [...text.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name ?? '')
  const settings = await readFile(join(repository, 'services', 'controlplane', 'README.md'), 'utf8')

  expect(named.length).toBeGreaterThan(6)
  expect(named.filter((name) => !settings.includes(`\`${name}\``))).toEqual([])
})
