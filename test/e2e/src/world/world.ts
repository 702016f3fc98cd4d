import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { silentLogger } from '@chainloop/kit/logger'
import { createStandalone, type Endpoints } from '@chainloop/standalone/standalone'

import { type Account, openAccount } from './account.ts'
import { anyPorts, type Env, operatorEnv } from './environment.ts'
import { temporaryFolder } from './folder.ts'
import { type Program, startProgram } from './program.ts'

export interface World extends AsyncDisposable {
  readonly dataDir: string
  readonly endpoints: Endpoints
  /** May do everything in the organization. */
  readonly operator: Account
  /** Somebody with this token. */
  account(token: string): Account
}

export interface WorldOptions {
  /** Settings of the services. */
  readonly env?: Env
  /** A directory that an earlier world has left; a fresh one when absent. */
  readonly dataDir?: string
}

/** All services in this process, on embedded defaults. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const dataDir = options.dataDir ?? stack.use(await freshDataDir()).path
  const env = { ...anyPorts, CHAINLOOP_DATA_DIR: dataDir, ...options.env }
  const { endpoints } = stack.use(await createStandalone(env, { log: silentLogger }))
  const world = await inhabit(stack, { dataDir, endpoints })
  return withOwner(world, stack.move())
}

/** The same as a process of its own, which can be killed. */
export async function startWorldProcess(
  options: WorldOptions = {},
): Promise<World & { readonly program: Program }> {
  await using stack = new AsyncDisposableStack()
  const dataDir = options.dataDir ?? stack.use(await freshDataDir()).path
  const env = { ...anyPorts, CHAINLOOP_DATA_DIR: dataDir, ...options.env }
  const isReady = (line: string): boolean => line.startsWith('ready')
  const program = stack.use(await startProgram('services/standalone/src/main.ts', env, isReady))
  const endpoints: Endpoints = JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8'))
  const world = await inhabit(stack, { dataDir, endpoints })
  return { ...withOwner(world, stack.move()), program }
}

/** As the first start of a server left it, where there is such a template (see jest/setup.mjs). */
async function freshDataDir(): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder()
  const prepared = process.env['CHAINLOOP_E2E']
  if (prepared !== undefined) await cp(join(prepared, 'data'), folder.path, { recursive: true })
  return folder
}

type Inhabited = Omit<World, typeof Symbol.asyncDispose>

async function inhabit(
  stack: AsyncDisposableStack,
  { dataDir, endpoints }: Pick<World, 'dataDir' | 'endpoints'>,
): Promise<Inhabited> {
  const env: Env = { ...(await operatorEnv(dataDir)), XDG_CONFIG_HOME: join(dataDir, 'cli') }
  const accounts = stack.use(new DisposableStack())
  const account = (token: string): Account =>
    accounts.use(openAccount({ ...env, CHAINLOOP_TOKEN: token }))
  return { dataDir, endpoints, account, operator: account(env['CHAINLOOP_TOKEN'] ?? '') }
}

function withOwner(world: Inhabited, stack: AsyncDisposableStack): World {
  return { ...world, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
