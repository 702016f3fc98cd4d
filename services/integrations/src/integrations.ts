import { createHealth } from '@chainloop/kit/health'
import { type Logger, createLogger } from '@chainloop/kit/logger'
import { createMetrics } from '@chainloop/kit/metrics'
import { serve } from '@chainloop/kit/serve'
import type { PGlite } from '@electric-sql/pglite'

import type { Config } from './config.ts'
import { openEgress } from './host/egress.ts'
import { attemptMetrics } from './metrics.ts'
import { type Registry, builtIn } from './registry.ts'
import { controlPlaneClient } from './rpc/control-plane-client.ts'
import { version } from './version.ts'
import { startWorker } from './worker.ts'

export interface IntegrationsDependencies {
  /** The embedded engine, when this runs in the control plane's process. */
  readonly pglite?: PGlite
  readonly plugins?: Registry
  readonly log?: Logger
}

export interface Integrations extends AsyncDisposable {
  readonly addresses: { readonly metrics: string }
  /** Resolves when jobs are being taken; the control plane may come up later than this service. */
  readonly started: Promise<void>
}

/** The composition root. Disposing stops taking jobs, finishes those in flight, then closes. */
export async function createIntegrations(
  config: Config,
  dependencies: IntegrationsDependencies = {},
): Promise<Integrations> {
  const { pglite, plugins = builtIn } = dependencies
  const log = dependencies.log ?? createLogger({ name: 'integrations', level: config.logLevel })
  await using stack = new AsyncDisposableStack()
  const registry = createMetrics({
    service: 'integrations',
    version,
    process: pglite === undefined,
  })
  const egress = stack.use(
    openEgress({ allow: config.egressAllow, timeoutMs: config.requestTimeoutMs }),
  )
  const controlPlane = stack.use(
    controlPlaneClient({ url: config.controlPlaneUrl, token: config.internalToken }),
  )
  const observe = attemptMetrics(registry)
  const { attemptTimeoutMs } = config
  const worker = startWorker({
    config,
    pglite,
    deliver: { controlPlane, plugins, egress, log, observe, attemptTimeoutMs },
  })
  const health = createHealth({ checks: { queue: () => worker.check() } })
  const listener = stack.use(
    await serve({
      metrics: { port: config.httpPort, host: config.bind, registry },
      health,
      log,
    }),
  )
  stack.use(worker)
  const open = stack.move()

  return {
    addresses: listener.addresses,
    started: worker.started,
    async [Symbol.asyncDispose]() {
      health.stop()
      await open.disposeAsync()
    },
  }
}
