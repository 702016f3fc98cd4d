import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import {
  freePort,
  startProvider,
  type TestProvider,
} from '@chainloop/kit/testing/identity-provider'
import { createBrowser, signInAs } from '@chainloop/kit/testing/test-browser'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import type { Account } from './world/account.ts'
import { attest } from './world/attest.ts'
import { chainloopCommand, type CommandResult, runChainloop } from './world/chainloop.ts'
import type { Env } from './world/environment.ts'
import { eventually } from './world/eventually.ts'
import { temporaryFolder } from './world/folder.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let provider: TestProvider
let world: World
let folder: string
beforeAll(async () => {
  folder = stack.use(await temporaryFolder()).path
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  provider = stack.use(await startProvider(`${url}/auth/callback`))
  world = stack.use(
    await startWorld({
      env: {
        CONTROLPLANE_HTTP_PORT: String(port),
        CONTROLPLANE_EXTERNAL_URL: url,
        CHAINLOOP_OIDC_ISSUER: provider.issuer,
        CHAINLOOP_OIDC_CLIENT_ID: provider.clientId,
        CHAINLOOP_OIDC_CLIENT_SECRET: provider.clientSecret,
        CHAINLOOP_RESTRICT_ORGANIZATION_CREATION: 'false',
      },
    }),
  )
})
afterAll(() => stack.disposeAsync())

interface Person {
  readonly env: Env
  run(args: readonly string[], cwd?: string): Promise<CommandResult>
  /** Fails unless it ends with 0; the JSON that it printed. */
  json(args: readonly string[]): Promise<unknown>
}

/** A machine of somebody's own, with a browser that tells the test what it should open. */
async function machineOf(login: string): Promise<{ env: Env; address: () => Promise<string> }> {
  const addressFile = join(folder, `${login}.url`)
  const opener = join(folder, `${login}.sh`)
  await writeFile(opener, `#!/bin/sh\nprintf %s "$1" > '${addressFile}'\n`)
  await chmod(opener, 0o755)
  const { CHAINLOOP_TOKEN: _, ...endpoints } = world.operator.env
  return {
    env: { ...endpoints, XDG_CONFIG_HOME: join(folder, login), BROWSER: opener },
    address: () =>
      eventually(async () => {
        const text = await readFile(addressFile, 'utf8').catch(() => '')
        return text === '' ? undefined : text
      }, 'a browser is opened'),
  }
}

/** Somebody at their own machine, signed in through a browser that their command line opens. */
async function signIn(login: string): Promise<Person> {
  const { env, address } = await machineOf(login)
  const person: Person = {
    env,
    run: (args, cwd) => runChainloop(args, { env, ...(cwd === undefined ? {} : { cwd }) }),
    async json(args) {
      const { code, stdout, stderr } = await person.run([...args, '--output', 'json'])
      if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
      return JSON.parse(stdout)
    },
  }
  const running = person.run(['auth', 'login'])
  const shown = await signInAs(createBrowser(), login, await address())
  expect(shown.text).toContain('You are signed in')
  expect(await running).toMatchObject({ code: 0 })
  return person
}

function invite(login: string, role: string): string[] {
  const receiver = `${login}@example.com`
  return ['organization', 'invitation', 'create', '--receiver', receiver, '--role', role]
}

/** A CI job that uses somebody's session. */
function jobOf({ env }: Person): Account {
  const nobody = world.account('')
  return {
    ...nobody,
    async chainloop(args, options = {}) {
      const all = { ...options, env: { ...env, ...options.env } }
      const { code, stdout, stderr } = await runChainloop([...args, '--yes'], all)
      if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
      return stdout
    },
  }
}

test('a person founds an organization, a second administrator a team, and the team attests for its project only', async () => {
  const ada = await signIn('ada')
  await ada.json(['organization', 'create', '--name', 'acme'])
  await ada.json(invite('bo', 'admin'))
  await ada.json(invite('cy', 'contributor'))

  const bo = await signIn('bo')
  expect(await bo.json(['organization', 'list'])).toMatchObject({
    memberships: [{ organization: 'acme', role: 'admin', current: true }],
  })
  for (const project of ['web', 'shop']) {
    await bo.json(['workflow', 'create', '--name', 'build', '--project', project])
  }
  await bo.json(['group', 'create', '--name', 'web-team'])
  const cy = await signIn('cy')
  await bo.json(['group', 'member', 'add', '--group', 'web-team', '--email', 'cy@example.com'])
  expect(await cy.json(['workflow', 'list'])).toMatchObject({ workflows: [] })
  await bo.json([
    'project',
    'member',
    'add',
    '--project',
    'web',
    '--group',
    'web-team',
    '--role',
    'admin',
  ])

  expect(await cy.json(['workflow', 'list'])).toMatchObject({
    workflows: [{ name: 'build', project: 'web' }],
  })
  const job = jobOf(cy)
  const attested = await attest(
    { workflow: 'build', project: 'web', contract: '', job },
    folder,
    {},
  )
  expect(attested.statement.predicate.metadata).toMatchObject({ organization: 'acme' })
  const elsewhere = await cy.run(
    ['attestation', 'init', '--workflow', 'build', '--project', 'shop', '--replace', '--yes'],
    folder,
  )
  expect(elsewhere).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/not found/i) as unknown,
  })
  const taken = await cy.run(['organization', 'member', 'list'])
  expect(taken.code).toBe(1)
})

test('without a browser, a code is entered in one elsewhere; signing out ends the session', async () => {
  const { env } = await machineOf('dee')
  const [program = '', ...args] = chainloopCommand(['auth', 'login', '--skip-browser'])
  const child = spawn(program, args, { env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe' })
  const closed = once(child, 'close')
  let told = ''
  child.stderr.on('data', (chunk) => (told += String(chunk)))
  const address = await eventually(() => /http\S+user_code=\S+/.exec(told)?.[0], 'a code is shown')
  const { origin, search } = new URL(address)
  const browser = createBrowser()
  const question = await signInAs(browser, 'dee', `${origin}/auth/login${search}`)
  expect((await browser.submit(question, { decision: 'allow' })).text).toContain('signed in')
  expect(await closed).toEqual([0, null])

  const run = (...words: string[]) => runChainloop(words, { env })
  expect(await run('auth', 'status')).toMatchObject({
    stdout: expect.stringContaining('dee@example.com') as unknown,
  })
  expect(await run('auth', 'logout')).toMatchObject({ code: 0 })
  expect(await run('auth', 'status')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('auth login') as unknown,
  })
})
