import { Worker } from 'node:worker_threads'

import type { Answer, Order } from './protocol.ts'

/** Orders to one worker and its answers, which come in the order of a session's orders. */
export interface WorkerLine {
  /** How many sessions are open. */
  readonly sessions: () => number
  begin(id: number): void
  /** Rejects once the session has ended, or the worker has. */
  ask(order: Order, transfer?: ArrayBuffer[]): Promise<Answer>
  end(id: number): void
  /** Ends a session that still has orders under way; they reject. */
  abort(id: number): void
  stop(): Promise<void>
}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (cause: Error) => void
}

/** The worker starts with the first order, and again after a crash. It keeps no process alive. */
export function createWorkerLine(): WorkerLine {
  const sessions = new Map<number, Waiting[]>()
  let worker: Worker | undefined
  let stopped = false

  function endAll(cause: Error): void {
    for (const { reject } of [...sessions.values()].flat()) reject(cause)
    sessions.clear()
  }

  function start(): Worker {
    const started = new Worker(workerFile(), { resourceLimits: { maxYoungGenerationSizeMb: 1 } })
    started.unref()
    started.on('message', (answer: Answer) => sessions.get(answer.id)?.shift()?.resolve(answer))
    started.on('error', endAll)
    started.on('exit', () => {
      worker = undefined
      endAll(new Error('the hash worker has ended'))
    })
    return started
  }

  return {
    sessions: () => sessions.size,
    begin: (id) => void sessions.set(id, []),
    ask(order, transfer = []) {
      const waiting = sessions.get(order.id)
      if (!waiting || stopped) return Promise.reject(new Error('the hash session has ended'))
      worker ??= start()
      const to = worker
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        to.postMessage(order, transfer)
      })
    },
    end: (id) => void sessions.delete(id),
    abort(id) {
      const waiting = sessions.get(id)
      if (!waiting) return
      sessions.delete(id)
      worker?.postMessage({ kind: 'abort', id } satisfies Order, [])
      for (const { reject } of waiting) reject(new Error('the hash session was aborted'))
    },
    async stop() {
      stopped = true
      await worker?.terminate()
    },
  }
}

/** Beside this file: a source under development, compiled in production. */
function workerFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./hash-worker.${extension}`, import.meta.url)
}
