import { assertSafeBinding } from '@chainloop/kit/http/safe-binding'
import { standardInterceptors } from '@chainloop/kit/rpc/standard'
import { type Binding, type RpcOptions, serve, type Serving } from '@chainloop/kit/serve'

import { startBackground } from './background.ts'
import type { Config } from './config.ts'
import {
  type Context,
  type ContextDependencies,
  createContext,
  type OpenContext,
} from './context.ts'
import { fanOutMetrics } from './deliveries/fan-out-metrics.ts'
import { httpRoutes } from './http/routes.ts'
import { apiGate, internalGate } from './rpc/gate.ts'
import { refusalInterceptor } from './rpc/refusals.ts'
import { apiRoutes, internalRoutes } from './rpc/routes.ts'
import { inviteFirstOwner } from './sign-in/first-owner.ts'
import { readOnboarding } from './sign-in/onboarding.ts'

export interface ControlPlane extends AsyncDisposable {
  readonly ctx: OpenContext
  /** URLs of the listeners. */
  readonly addresses: Serving['addresses'] &
    Readonly<Record<'api' | 'http' | 'internal' | 'metrics', string>>
}

/** Opens everything and listens; disposing finishes what is in flight and closes in reverse order. */
export async function createControlPlane(
  config: Config,
  dependencies: ContextDependencies = {},
): Promise<ControlPlane> {
  assertServable(config)
  await using stack = new AsyncDisposableStack()
  const ctx = stack.use(await createContext(config, dependencies))
  await inviteFirstOwner(ctx)
  fanOutMetrics(ctx.registry, ctx)
  stack.use(await startBackground(ctx))
  const serving = stack.use(await listen(ctx))
  const open = stack.move()
  return {
    ctx,
    addresses: serving.addresses,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

function listen(ctx: Context) {
  const { config, health, log, registry } = ctx
  const interceptors = [...standardInterceptors({ log, registry }), refusalInterceptor(ctx)]
  const api: RpcOptions = {
    routes: apiRoutes(ctx),
    interceptors,
    gate: apiGate(ctx),
    readMaxBytes: MAX_MESSAGE_BYTES,
  }
  const internal: RpcOptions = {
    routes: internalRoutes(ctx),
    interceptors,
    gate: internalGate(ctx),
    // The workers are sent what a client could store.
    writeMaxBytes: 2 * MAX_MESSAGE_BYTES,
  }
  const at = (port: number): Binding => ({ port, host: config.bind })
  return serve({
    log,
    health,
    api: { ...at(config.apiPort), ...tls(config), rpc: api },
    http: { ...at(config.httpPort), ...tls(config), rpc: api, routes: httpRoutes(ctx) },
    internal: { ...at(config.internalPort), ...tls(config), rpc: internal },
    metrics: { ...at(config.metricsPort), registry },
  })
}

/** A bundle with its inline materials. */
const MAX_MESSAGE_BYTES = 32 << 20

function tls({ tlsCert: cert, tlsKey: key }: Config): Pick<Binding, 'tls'> {
  return cert === undefined || key === undefined ? {} : { tls: { cert, key } }
}

function assertServable(config: Config): void {
  readOnboarding(config.onboarding)
  assertSafeBinding(config, 'CONTROLPLANE_TLS')
  if (config.httpPort === 0 && config.externalUrl === undefined) {
    throw new Error(
      'with CONTROLPLANE_HTTP_PORT=0, set CONTROLPLANE_EXTERNAL_URL: certificates name it',
    )
  }
}
