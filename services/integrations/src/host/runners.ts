import { setTimeout as delay } from 'node:timers/promises'

import type { Logger } from '@chainloop/kit/logger'

import { builtInModule, builtInPlugins } from './catalogue.ts'
import { type ExternalOptions, openExternal } from './external.ts'
import { hostPlugin } from './hosted-plugin.ts'
import type { PluginRunner } from './runner.ts'

export interface RunnersOptions extends Omit<ExternalOptions, 'source'> {
  /** Of external plugins: names and paths of npm packages, `grpc://` and `grpcs://` addresses. */
  readonly external: readonly string[]
  readonly log: Logger
  /** For a plugin that could be opened only later. */
  readonly added: (runner: PluginRunner) => void
}

export interface Runners extends AsyncDisposable {
  /** By id; an external plugin with the id of a built-in one replaces it. */
  readonly plugins: ReadonlyMap<string, PluginRunner>
}

const retryMs = 30_000

/** All plugins of this worker. What cannot be opened is logged and tried again: it stands in nobody's way. */
export async function openRunners(options: RunnersOptions): Promise<Runners> {
  const { external, limits, connect, log, added } = options
  const stack = new AsyncDisposableStack()
  const plugins = new Map<string, PluginRunner>()
  if (!process.allowedNodeEnvironmentFlags.has('--allow-net')) {
    log.warn(
      { node: process.version },
      'this Node cannot keep plugins from opening sockets; 25 and later can',
    )
  }
  const stopping = new AbortController()

  const add = (runner: PluginRunner & AsyncDisposable): void => {
    stack.use(runner)
    plugins.set(runner.id, runner)
  }
  for (const description of await builtInPlugins()) {
    add(hostPlugin(description, { module: builtInModule(description.id), limits, connect }))
  }
  async function tryOpen(source: string): Promise<PluginRunner | undefined> {
    try {
      const runner = await openExternal({ ...options, source })
      add(runner)
      return runner
    } catch (cause) {
      log.error({ err: cause, plugin: source }, 'an external plugin cannot be opened')
      return undefined
    }
  }
  async function openLater(source: string): Promise<void> {
    for (;;) {
      await delay(retryMs, undefined, { signal: stopping.signal, ref: false })
      const runner = await tryOpen(source)
      if (runner) return added(runner)
    }
  }
  const opened = await Promise.all(
    external.map(async (source) => ({ source, runner: await tryOpen(source) })),
  )
  for (const { source, runner } of opened) {
    // Ends with the worker.
    if (!runner) openLater(source).catch(() => undefined)
  }

  return {
    plugins,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await stack.disposeAsync()
    },
  }
}
