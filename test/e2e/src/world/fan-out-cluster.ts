import { join } from 'node:path'

import { type Account, openAccount } from './account.ts'
import {
  accountSettings,
  isListening,
  listeners,
  operatorToken,
  others,
  ports,
  sharedSettings,
} from './cluster.ts'
import type { Env } from './environment.ts'
import { temporaryFolder } from './folder.ts'
import { startProgram } from './program.ts'
import { type Restartable, restartable } from './restartable.ts'

/** What fans out, a process each, and each can be killed: a control plane, its CAS and two workers. */
export interface FanOutCluster extends AsyncDisposable {
  readonly operator: Account
  account(token: string): Account
  readonly controlPlane: Restartable
  readonly cas: Restartable
  readonly workers: readonly [Restartable, Restartable]
}

export async function startFanOutCluster(options: {
  readonly databaseUrl: string
  readonly env?: Env
}): Promise<FanOutCluster> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder()).path
  const replica = await ports(listeners)
  const shared = {
    ...sharedSettings(replica, await ports(others)),
    CHAINLOOP_DATA_DIR: folder,
    DATABASE_URL: options.databaseUrl,
    CHAINLOOP_LOG_LEVEL: 'warn',
    ...options.env,
  }
  const start = async (service: string, more: Env, ready = isListening): Promise<Restartable> =>
    stack.use(
      await restartable(() =>
        startProgram(`services/${service}/src/main.ts`, { ...shared, ...more }, ready),
      ),
    )
  const info = { CHAINLOOP_LOG_LEVEL: 'info' }
  const controlPlane = await start('controlplane', { ...replica, ...info })
  const cas = await start('artifact-cas', info)
  const worker = (): Promise<Restartable> =>
    start('integrations', { INTEGRATIONS_HTTP_PORT: '0', ...info })
  const workers = [await worker(), await worker()] as const
  const accounts = stack.use(new DisposableStack())
  const account = (token: string): Account =>
    accounts.use(
      openAccount({
        ...accountSettings(replica, shared),
        CHAINLOOP_TOKEN: token,
        ...options.env,
      }),
    )
  const env = { ...shared, ...replica }
  const token = await operatorToken(join(folder, 'operator.token'), 'default', env)
  const open = stack.move()
  return {
    operator: account(token),
    account,
    controlPlane,
    cas,
    workers,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
