import type { GuardedConnect } from '@chainloop/kit/egress/guarded-connect'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type { z } from 'zod'

import { toDeliveryError } from '../dispatch/failure.ts'
import { toCall } from './call-data.ts'
import type { PluginDescription } from './description.ts'
import type { PluginModule } from './messages.ts'
import type { PluginCall } from './open-calls.ts'
import { type PluginProcess, type ProcessLimits, startPluginProcess } from './plugin-process.ts'
import { factsShape, previewShape, receiptShape } from './results.ts'
import type { PluginRunner } from './runner.ts'

export interface HostOptions {
  readonly module: PluginModule
  readonly limits: ProcessLimits
  readonly connect: GuardedConnect
}

export type HostedPlugin = PluginRunner & AsyncDisposable

const idleMs = 300_000
const maxPauseMs = 30_000

/** Runs a plugin in a process of its own, which is started when there is work and replaced when it ends or hangs. */
export function hostPlugin(description: PluginDescription, options: HostOptions): HostedPlugin {
  const processes = processesOf(options)
  const run = async (call: PluginCall): Promise<unknown> => {
    try {
      return await processes.run(call)
    } catch (cause) {
      throw toDeliveryError(cause)
    }
  }
  return {
    ...description,
    deliver: async (request) => parseResult(receiptShape, await run(toCall('deliver', request))),
    validate: async (request) => parseResult(factsShape, await run(toCall('validate', request))),
    async preview(request) {
      await using own = startPluginProcess({ ...options, connect: undefined })
      try {
        return parseResult(previewShape, await own.call(toCall('preview', request)))
      } catch (cause) {
        throw toDeliveryError(cause)
      }
    },
    [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
  }
}

interface Processes extends AsyncDisposable {
  run(call: PluginCall): Promise<unknown>
}

/** One that works, those that finish what they have, and pauses between attempts to start one that does not load. */
function processesOf(options: HostOptions): Processes {
  const all = new Set<PluginProcess>()
  let current: PluginProcess | undefined
  let failedStarts = 0
  let notBefore = 0
  let idle: NodeJS.Timeout | undefined

  function start(): PluginProcess {
    const pauseMs = notBefore - Date.now()
    if (pauseMs > 0) {
      throw new DeliveryError('throttled', "the plugin's process could not be started", {
        retryAfterMs: pauseMs,
      })
    }
    const started = startPluginProcess(options)
    all.add(started)
    void started.gone.then(() => all.delete(started))
    started.loaded.then(
      () => (failedStarts = 0),
      () => {
        failedStarts += 1
        notBefore = Date.now() + Math.min(100 * 2 ** failedStarts, maxPauseMs)
      },
    )
    return started
  }

  async function stopIdle(): Promise<void> {
    const stopped = current
    if (!stopped || stopped.calls > 0) return
    current = undefined
    await stopped[Symbol.asyncDispose]()
  }

  return {
    async run(call) {
      clearTimeout(idle)
      try {
        if (!current?.isUsable) current = start()
        return await current.call(call)
      } finally {
        clearTimeout(idle)
        idle = setTimeout(() => void stopIdle(), idleMs).unref()
      }
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(idle)
      await Promise.all([...all].map((one) => one[Symbol.asyncDispose]()))
    },
  }
}

function parseResult<T extends z.ZodType>(shape: T, value: unknown): z.output<T> {
  const { data, success } = shape.safeParse(value)
  if (success) return data
  throw new DeliveryError('permanent', 'the plugin answered what no plugin answers')
}
