import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { choosePorts } from '@chainloop/standalone/ports'

import { type Account, openAccount } from './account.ts'
import { command } from './command.ts'
import { temporaryDatabase } from './database.ts'
import type { Env } from './environment.ts'
import { repository, temporaryFolder } from './folder.ts'
import { nodeFlags, type Program, startProgram } from './program.ts'

/** The services as they are deployed: a process each, two control planes, on PostgreSQL and Redis. */
export interface Cluster extends AsyncDisposable {
  /** An operator as each of the two replicas knows it. */
  readonly operators: readonly [Account, Account]
  readonly controlPlanes: readonly [Program, Program]
  /** An operator of another organization, which is made if need be, at the first replica. */
  operatorOf(organization: string): Promise<Account>
  /** Somebody with this token, talking to one of the replicas. */
  account(replica: 0 | 1, token: string): Account
}

export interface ClusterOptions {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly env?: Env
}

/** A replica's listeners; the CAS and the workers talk to the first. */
export const listeners = {
  CONTROLPLANE_API_PORT: 0,
  CONTROLPLANE_HTTP_PORT: 0,
  CONTROLPLANE_INTERNAL_PORT: 0,
  CONTROLPLANE_METRICS_PORT: 0,
}
export const others = {
  CAS_API_PORT: 0,
  CAS_HTTP_PORT: 0,
  CAS_METRICS_PORT: 0,
  INTEGRATIONS_HTTP_PORT: 0,
}

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder()).path
  const { url } = stack.use(await temporaryDatabase(options.databaseUrl))
  const replicas = [await ports(listeners), await ports(listeners)] as const
  const shared = {
    ...sharedSettings(replicas[0], await ports(others)),
    CHAINLOOP_DATA_DIR: folder,
    DATABASE_URL: url,
    REDIS_URL: options.redisUrl,
    ...options.env,
  }
  const start = async (service: string, more: Env = {}): Promise<Program> => {
    const env = { ...shared, OTEL_SERVICE_NAME: service, ...more }
    return stack.use(await startProgram(`services/${service}/src/main.ts`, env, isListening))
  }
  const controlPlanes = [
    await start('controlplane', replicas[0]),
    await start('controlplane', replicas[1]),
  ] as const
  await start('artifact-cas')
  await start('integrations')

  const accounts = stack.use(new DisposableStack())
  const account = (at: 0 | 1, token: string): Account =>
    accounts.use(
      openAccount({
        ...accountSettings(replicas[at], shared),
        CHAINLOOP_TOKEN: token,
        ...options.env,
      }),
    )
  const tokenFor = (organization: string): Promise<string> =>
    operatorToken(join(folder, `${organization}.token`), organization, {
      ...shared,
      ...replicas[0],
    })
  const token = await tokenFor('default')
  const operators = [account(0, token), account(1, token)] as const
  const open = stack.move()
  return {
    operators,
    operatorOf: async (organization) => account(0, await tokenFor(organization)),
    controlPlanes,
    account,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

export async function ports<K extends string>(
  wanted: Readonly<Record<K, number>>,
): Promise<Record<K, string>> {
  const chosen = await choosePorts(wanted, '127.0.0.1')
  const entries = Object.entries<number>(chosen).map(([name, port]) => [name, String(port)])
  return Object.fromEntries(entries) as Record<K, string>
}

export function sharedSettings(
  first: Record<keyof typeof listeners, string>,
  rest: Record<keyof typeof others, string>,
): Env & typeof rest {
  const http = `http://127.0.0.1:${first.CONTROLPLANE_HTTP_PORT}`
  const cas = `http://127.0.0.1:${rest.CAS_HTTP_PORT}`
  return {
    ...rest,
    CONTROLPLANE_INTERNAL_URL: `http://127.0.0.1:${first.CONTROLPLANE_INTERNAL_PORT}`,
    CONTROLPLANE_JWKS_URL: `${http}/.well-known/jwks.json`,
    CONTROLPLANE_EXTERNAL_URL: http,
    CAS_EXTERNAL_URL: cas,
    CAS_INTERNAL_URL: cas,
    CHAINLOOP_INTERNAL_TOKEN_ARTIFACT_CAS: randomBytes(32).toString('base64url'),
    CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: randomBytes(32).toString('base64url'),
  }
}

export function accountSettings(replica: Record<keyof typeof listeners, string>, shared: Env): Env {
  return {
    CHAINLOOP_CONTROL_PLANE_API: `127.0.0.1:${replica.CONTROLPLANE_API_PORT}`,
    CHAINLOOP_ARTIFACT_CAS_API: `127.0.0.1:${shared['CAS_API_PORT']}`,
    CHAINLOOP_API_INSECURE: 'true',
    XDG_CONFIG_HOME: shared['CHAINLOOP_DATA_DIR'] ?? '',
  }
}

export async function operatorToken(file: string, organization: string, env: Env): Promise<string> {
  const main = join(repository, 'services', 'controlplane', 'src', 'main.ts')
  await command(process.execPath, [...nodeFlags, main, 'operator-token', organization, file], {
    cwd: repository,
    env: { PATH: process.env['PATH'], ...env },
  })
  return (await readFile(file, 'utf8')).trim()
}

export const isListening = (line: string): boolean => line.includes('"listening"')
