import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import type { GuardedConnect } from '@chainloop/kit/egress/guarded-connect'
import type { DeliveredMaterial } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import type { PluginDescription } from './description.ts'
import { fromFailure } from './failures.ts'
import { giveMaterials } from './give-materials.ts'
import { giveSocket } from './give-socket.ts'
import {
  type CallData,
  type Method,
  type PluginModule,
  type ToChild,
  type ToParent,
  toParentShape,
} from './messages.ts'
import { startChild } from './start-child.ts'
import { watchProcess } from './watch-process.ts'

export interface ProcessLimits {
  /** Of the JavaScript heap; buffers may take as much again. */
  readonly memoryMb: number
  /** How long its event loop may be blocked. */
  readonly hangMs: number
  /** How long a call may go on after it was told to stop. */
  readonly graceMs: number
  readonly requestTimeoutMs: number
}

export interface ProcessOptions {
  readonly module: PluginModule
  readonly limits: ProcessLimits
  /** Undefined: nothing is connected. */
  readonly connect: GuardedConnect | undefined
}

export interface PluginCall {
  readonly method: Method
  readonly given: CallData
  readonly materials: readonly DeliveredMaterial[]
  readonly signal: AbortSignal
}

export interface PluginProcess extends AsyncDisposable {
  /** Rejects when the module cannot be loaded. */
  readonly loaded: Promise<PluginDescription>
  /** It takes further calls: it runs, and no call was abandoned in it. */
  readonly isUsable: boolean
  readonly calls: number
  /** Resolves when it ended. */
  readonly gone: Promise<void>
  /** Throws `DeliveryError`. */
  call(call: PluginCall): Promise<unknown>
}

interface OpenCall extends PluginCall {
  readonly settle: PromiseWithResolvers<unknown>
}

/** One process with one plugin in it. */
export function startPluginProcess({ module, limits, connect }: ProcessOptions): PluginProcess {
  const child = startChild({
    entry: new URL('child.ts', import.meta.url),
    reads: [fileURLToPath(module.from)],
    memoryMb: limits.memoryMb,
  })
  const open = new Map<number, OpenCall>()
  const loading = Promise.withResolvers<PluginDescription>()
  const gone = Promise.withResolvers<void>()
  const materials = giveMaterials((message) => tell(child, message))
  const sockets = giveSocket(child, connect)
  let calls = 0
  let isUsable = true
  let why: string | undefined
  let isLoaded = false

  function end(reason: string): void {
    why ??= reason
    isUsable = false
    child.kill('SIGKILL')
  }

  function lose(): void {
    isUsable = false
    watch[Symbol.dispose]()
    materials[Symbol.dispose]()
    const reason = `the plugin's process ended: ${why ?? 'it stopped by itself'}`
    loading.reject(new DeliveryError('retryable', reason))
    for (const { settle } of open.values()) settle.reject(new DeliveryError('retryable', reason))
    open.clear()
    gone.resolve()
  }

  const watch = watchProcess(child, {
    maxRssBytes: 2 * limits.memoryMb * 2 ** 20,
    hangMs: limits.hangMs,
    isBusy: () => isLoaded && open.size > 0,
    ping: () => tell(child, { type: 'ping' }),
    overstepped: end,
  })

  function take(call: number): OpenCall | undefined {
    const found = open.get(call)
    open.delete(call)
    return found
  }

  function hear(message: ToParent): void {
    switch (message.type) {
      case 'loaded':
        isLoaded = true
        return loading.resolve(message.description)
      case 'unloadable':
        return end(`the plugin cannot be loaded: ${message.reason}`)
      case 'crashed':
        return end(`it threw outside of a delivery: ${message.reason}`)
      case 'result':
        return take(message.call)?.settle.resolve(message.value)
      case 'failed':
        return take(message.call)?.settle.reject(fromFailure(message.failure))
      case 'connect':
        return void sockets.give(message)
      case 'pong':
        return watch.heard(message.rss)
      case 'read':
        return void materials.read(message, open.get(message.call)?.materials ?? [])
      case 'more':
        return void materials.more(message.request)
      case 'leave':
        return materials.leave(message.request)
    }
  }

  child.on('message', (message) => {
    const { data, error } = toParentShape.safeParse(message)
    if (data) hear(data)
    else end(`it said what no plugin says: ${error.issues[0]?.message ?? ''}`)
  })
  child.once('exit', (code, signal) => {
    if (signal === 'SIGABRT' || code === 134) why ??= 'it ran out of memory'
    lose()
  })
  child.once('error', (cause) => {
    why ??= cause.message
    lose()
  })
  loading.promise.catch(() => undefined)
  tell(child, { type: 'load', module, requestTimeoutMs: limits.requestTimeoutMs })

  /** A call that does not stop is left behind; the process gets no further ones and ends with the last of the others. */
  async function abandon(call: number, { signal }: PluginCall): Promise<void> {
    tell(child, { type: 'abort', call })
    await delay(limits.graceMs, undefined, { ref: false })
    const abandoned = take(call)
    if (!abandoned) return
    isUsable = false
    abandoned.settle.reject(signal.reason)
    why ??= 'a delivery did not stop when it was told to'
    if (open.size === 0) end(why)
  }

  return {
    loaded: loading.promise,
    gone: gone.promise,
    get isUsable() {
      return isUsable
    },
    get calls() {
      return open.size
    },
    async call(asked) {
      await loading.promise
      asked.signal.throwIfAborted()
      calls += 1
      const call = calls
      const settle = Promise.withResolvers<unknown>()
      open.set(call, { ...asked, settle })
      const stop = (): void => void abandon(call, asked)
      asked.signal.addEventListener('abort', stop, { once: true })
      tell(child, { type: 'call', call, method: asked.method, given: asked.given })
      try {
        return await settle.promise
      } finally {
        asked.signal.removeEventListener('abort', stop)
        if (!isUsable && open.size === 0) end('it is replaced')
      }
    },
    async [Symbol.asyncDispose]() {
      end('the worker stops')
      await gone.promise
    },
  }
}

/** What cannot be delivered any more has no reader; the end of the process tells the rest. */
function tell(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => undefined)
}
