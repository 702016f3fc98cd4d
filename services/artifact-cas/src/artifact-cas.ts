import { assertSafeBinding } from '@chainloop/kit/http/safe-binding'
import { standardInterceptors } from '@chainloop/kit/rpc/standard'
import { type Binding, type RpcOptions, serve } from '@chainloop/kit/serve'

import type { Config } from './config.ts'
import { type Context, type ContextDependencies, createContext } from './context.ts'
import { downloadRoute } from './http/download.ts'
import { uploadRoutes } from './http/upload.ts'
import { gate } from './rpc/gate.ts'
import { routes } from './rpc/routes.ts'

export interface ArtifactCas extends AsyncDisposable {
  /** URLs of the listeners. */
  readonly addresses: Readonly<Record<'api' | 'http' | 'metrics', string>>
}

/** Opens the storage and listens; disposing finishes what is in flight and closes in reverse order. */
export async function createArtifactCas(
  config: Config,
  dependencies: ContextDependencies = {},
): Promise<ArtifactCas> {
  assertSafeBinding(config, 'CAS_TLS')
  await using stack = new AsyncDisposableStack()
  const ctx = stack.use(await createContext(config, dependencies))
  const serving = stack.use(await listen(ctx))
  const open = stack.move()
  return { addresses: serving.addresses, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

function listen(ctx: Context) {
  const { config, health, log, registry } = ctx
  const rpc: RpcOptions = {
    routes: routes(ctx),
    interceptors: standardInterceptors({ log, registry }),
    gate: gate(ctx),
    compression: false,
  }
  const at = (port: number): Binding => ({ port, host: config.bind })
  return serve({
    log,
    health,
    api: { ...at(config.apiPort), ...tls(config), rpc },
    http: {
      ...at(config.httpPort),
      ...tls(config),
      rpc,
      routes: [downloadRoute(ctx), ...uploadRoutes(ctx)],
    },
    metrics: { ...at(config.metricsPort), registry },
  })
}

function tls({ tlsCert: cert, tlsKey: key }: Config): Pick<Binding, 'tls'> {
  return cert === undefined || key === undefined ? {} : { tls: { cert, key } }
}
