import { setTimeout as delay } from 'node:timers/promises'

import type { DeliveredMaterial } from '@chainloop/plugin-sdk/delivery'

import type { CallData, Method, ToChild } from './messages.ts'

export interface PluginCall {
  readonly method: Method
  readonly given: CallData
  readonly materials: readonly DeliveredMaterial[]
  readonly signal: AbortSignal
}

export interface OpenCalls {
  readonly size: number
  /** Tells the process, and waits for what it says. */
  make(call: PluginCall): Promise<unknown>
  /** Undefined when nobody waits for it any more. */
  take(id: number): Pick<PromiseWithResolvers<unknown>, 'resolve' | 'reject'> | undefined
  materialsOf(id: number): readonly DeliveredMaterial[]
  rejectAll(cause: Error): void
}

export interface OpenCallsOptions {
  readonly tell: (message: ToChild) => void
  /** How long a call may go on after it was told to stop. */
  readonly graceMs: number
  /** A call did not stop: it is left behind. */
  readonly abandoned: () => void
}

interface OpenCall extends PluginCall {
  readonly settle: PromiseWithResolvers<unknown>
}

/** What was asked of a process and is not answered yet. */
export function createOpenCalls({ tell, graceMs, abandoned }: OpenCallsOptions): OpenCalls {
  const open = new Map<number, OpenCall>()
  let calls = 0

  function take(id: number): OpenCall['settle'] | undefined {
    const found = open.get(id)
    open.delete(id)
    return found?.settle
  }

  async function abandon(id: number, { signal }: PluginCall): Promise<void> {
    tell({ type: 'abort', call: id })
    await delay(graceMs, undefined, { ref: false })
    const left = take(id)
    if (!left) return
    left.reject(signal.reason)
    abandoned()
  }

  return {
    get size() {
      return open.size
    },
    take,
    materialsOf: (id) => open.get(id)?.materials ?? [],
    async make(call) {
      call.signal.throwIfAborted()
      calls += 1
      const id = calls
      const settle = Promise.withResolvers<unknown>()
      open.set(id, { ...call, settle })
      const stop = (): void => void abandon(id, call)
      call.signal.addEventListener('abort', stop, { once: true })
      tell({ type: 'call', call: id, method: call.method, given: call.given })
      return settle.promise.finally(() => call.signal.removeEventListener('abort', stop))
    },
    rejectAll(cause) {
      for (const { settle } of open.values()) settle.reject(cause)
      open.clear()
    },
  }
}
