import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import type { GuardedConnect } from '@chainloop/kit/egress/guarded-connect'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import type { PluginDescription } from './description.ts'
import { fromFailure } from './failures.ts'
import { giveMaterials } from './give-materials.ts'
import { giveSocket } from './give-socket.ts'
import { type PluginModule, type ToChild, type ToParent, toParentShape } from './messages.ts'
import { type OpenCalls, type PluginCall, createOpenCalls } from './open-calls.ts'
import { startChild } from './start-child.ts'
import { type Watch, watchProcess } from './watch-process.ts'

export interface ProcessLimits {
  /** Of the JavaScript heap; buffers may take as much again. */
  readonly memoryMb: number
  /** How long its event loop may be blocked. */
  readonly hangMs: number
  /** How long a call may go on after it was told to stop. */
  readonly graceMs: number
  readonly requestTimeoutMs: number
  /** How long the module may take to load. */
  readonly loadMs: number
}

export interface ProcessOptions {
  readonly module: PluginModule
  readonly limits: ProcessLimits
  /** Undefined: nothing is connected. */
  readonly connect: GuardedConnect | undefined
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

/** One process with one plugin in it. */
export function startPluginProcess({ module, limits, connect }: ProcessOptions): PluginProcess {
  const { memoryMb, hangMs, graceMs } = limits
  const child = startChild({
    entry: new URL('child.ts', import.meta.url),
    reads: [fileURLToPath(module.from)],
    memoryMb,
  })
  const tell = (message: ToChild): void => send(child, message)
  const life = lifeOf(child)
  const loading = Promise.withResolvers<PluginDescription>()
  const loadTimer = setTimeout(() => life.end('it took too long to load'), limits.loadMs)
  loading.promise.finally(() => clearTimeout(loadTimer)).catch(() => undefined)
  const calls = createOpenCalls({
    tell,
    graceMs,
    abandoned: () => life.retire('a delivery did not stop when it was told to', calls.size),
  })
  const watch = watchProcess(child, {
    maxRssBytes: 2 * memoryMb * 2 ** 20,
    hangMs,
    isBusy: () => calls.size > 0,
    ping: () => tell({ type: 'ping' }),
    overstepped: (reason) => life.end(reason),
  })
  const hear = hearing({ child, connect, life, loading, calls, watch })
  child.on('message', hear)
  void life.gone.then((reason) => {
    watch[Symbol.dispose]()
    const lost = new DeliveryError('retryable', `the plugin's process ended: ${reason}`)
    loading.reject(lost)
    calls.rejectAll(lost)
  })
  tell({ type: 'load', module, requestTimeoutMs: limits.requestTimeoutMs })

  return {
    loaded: loading.promise,
    gone: life.gone.then(() => undefined),
    get isUsable() {
      return life.isUsable
    },
    get calls() {
      return calls.size
    },
    async call(asked) {
      await loading.promise
      try {
        return await calls.make(asked)
      } finally {
        if (!life.isUsable) life.retire('it is replaced', calls.size)
      }
    },
    async [Symbol.asyncDispose]() {
      life.end('the worker stops')
      await life.gone
    },
  }
}

interface Life {
  /** Nothing that it says counts any more. */
  readonly isEnded: boolean
  readonly isUsable: boolean
  /** Resolves with the reason when it ended. */
  readonly gone: Promise<string>
  end(reason: string): void
  /** Ends with the last of its open calls. */
  retire(reason: string, openCalls: number): void
}

function lifeOf(child: ChildProcess): Life {
  const gone = Promise.withResolvers<string>()
  let isUsable = true
  let isEnded = false
  let why: string | undefined
  const lose = (reason: string): void => {
    isUsable = false
    gone.resolve(why ?? reason)
  }
  child.once('exit', (code, signal) => {
    lose(signal === 'SIGABRT' || code === 134 ? 'it ran out of memory' : 'it stopped by itself')
  })
  child.once('error', (cause) => lose(cause.message))

  function end(reason: string): void {
    why ??= reason
    isUsable = false
    isEnded = true
    child.kill('SIGKILL')
  }
  return {
    get isEnded() {
      return isEnded
    },
    get isUsable() {
      return isUsable
    },
    gone: gone.promise,
    end,
    retire(reason, openCalls) {
      isUsable = false
      why ??= reason
      if (openCalls === 0) end(reason)
    },
  }
}

interface Hearing {
  readonly child: ChildProcess
  readonly connect: GuardedConnect | undefined
  readonly life: Life
  readonly loading: PromiseWithResolvers<PluginDescription>
  readonly calls: OpenCalls
  readonly watch: Watch
}

type Handlers = {
  readonly [K in ToParent['type']]: (message: Extract<ToParent, { type: K }>) => void
}

/** What each thing that a process says leads to. */
function hearing({
  child,
  connect,
  life,
  loading,
  calls,
  watch,
}: Hearing): (message: unknown) => void {
  const materials = giveMaterials((message) => send(child, message))
  const sockets = giveSocket(child, connect)
  void life.gone.then(() => materials[Symbol.dispose]())
  const handlers: Handlers = {
    loaded: ({ description }) => loading.resolve(description),
    unloadable: ({ reason }) => life.end(`the plugin cannot be loaded: ${reason}`),
    crashed: ({ reason }) => life.end(`it threw outside of a delivery: ${reason}`),
    result: ({ call, value }) => calls.take(call)?.resolve(value),
    failed: ({ call, failure }) => calls.take(call)?.reject(fromFailure(failure)),
    connect: (wish) => void sockets.give(wish),
    read: (wish) => void materials.read(wish, calls.materialsOf(wish.call)),
    more: ({ request }) => void materials.more(request),
    leave: ({ request }) => materials.leave(request),
    pong: ({ rss }) => watch.heard(rss),
  }
  return (message) => {
    if (life.isEnded) return
    const { data, error } = toParentShape.safeParse(message)
    if (data) (handlers[data.type] as (said: ToParent) => void)(data)
    else life.end(`it said what no plugin says: ${error.issues[0]?.message ?? ''}`)
  }
}

/** What cannot be delivered any more has no reader; the end of the process tells the rest. */
function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => undefined)
}
