import { createGuardedConnect } from '@chainloop/kit/egress/guarded-connect'
import { createHealth } from '@chainloop/kit/health'
import { type Logger, createLogger } from '@chainloop/kit/logger'
import { createMetrics } from '@chainloop/kit/metrics'
import { serve } from '@chainloop/kit/serve'
import type { PGlite } from '@electric-sql/pglite'

import type { Config } from './config.ts'
import type { ControlPlane } from './control-plane.ts'
import { createEvaluator } from './filters/evaluator.ts'
import type { ProcessLimits } from './host/plugin-process.ts'
import type { PluginRunner } from './host/runner.ts'
import { openRunners } from './host/runners.ts'
import { attemptMetrics } from './metrics.ts'
import { controlPlaneClient } from './rpc/control-plane-client.ts'
import { openRemotePlugin } from './rpc/remote-plugin.ts'
import { version } from './version.ts'
import { startWorker } from './worker.ts'

export interface IntegrationsDependencies {
  /** The embedded engine, when this runs in the control plane's process. */
  readonly pglite?: PGlite
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
  const { pglite } = dependencies
  const log = dependencies.log ?? createLogger({ name: 'integrations', level: config.logLevel })
  await using stack = new AsyncDisposableStack()
  const registry = createMetrics({
    service: 'integrations',
    version,
    process: pglite === undefined,
  })
  const controlPlane = stack.use(
    controlPlaneClient({ url: config.controlPlaneUrl, token: config.internalToken }),
  )
  const runners = stack.use(
    await openRunners({
      external: config.plugins,
      folder: config.pluginsFolder,
      limits: limitsOf(config),
      openRemote: openRemotePlugin,
      connect: createGuardedConnect({ allow: config.egressAllow }),
      log,
      added: (runner) => void announceLate(controlPlane, { runner, log }),
    }),
  )
  const evaluator = stack.use(createEvaluator())
  const observe = attemptMetrics(registry)
  const { attemptTimeoutMs } = config
  const { plugins } = runners
  const worker = startWorker({
    config,
    pglite,
    log,
    deliver: { controlPlane, plugins, evaluator, observe, attemptTimeoutMs },
    tasks: { controlPlane, plugins, evaluator, timeoutMs: taskTimeoutMs },
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

function limitsOf(config: Config): ProcessLimits {
  const { pluginMemoryMb: memoryMb, pluginHangMs: hangMs, requestTimeoutMs } = config
  return { memoryMb, hangMs, requestTimeoutMs, graceMs: 5_000, loadMs: 30_000 }
}

/** Less than the control plane waits, so that the reason is heard. */
const taskTimeoutMs = 25_000

/** Until it is heard, nobody can register the plugin; the next start of the worker tells it again. */
async function announceLate(
  controlPlane: ControlPlane,
  { runner, log }: { readonly runner: PluginRunner; readonly log: Logger },
): Promise<void> {
  try {
    await controlPlane.announce([runner])
  } catch (cause) {
    log.error({ err: cause, plugin: runner.id }, 'a plugin could not be announced')
  }
}
