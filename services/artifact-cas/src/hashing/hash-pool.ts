import { Worker } from 'node:worker_threads'

import type { Digest } from '../digest.ts'
import { ownBlock } from './own-block.ts'
import type { Answer, Order } from './protocol.ts'

export interface Hashed {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
}

/** One stream of bytes on its way through a worker. Orders are answered in their order. */
export interface HashSession {
  /** Hands a block over; resolves with the block when it was taken, if `giveBack`. */
  give(block: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** After the last block. A file is on disk then (fsync) and closed. */
  finish(): Promise<Hashed>
  /** Closes the file; for whoever does not finish. */
  abort(): void
}

export interface HashSessionOptions {
  /** Written while hashed; must not exist. */
  readonly file?: string
  readonly giveBack?: boolean
}

/** Hashing in worker threads. */
export interface HashPool extends AsyncDisposable {
  open(options?: HashSessionOptions): Promise<HashSession>
}

/** `workers`: threads; two are enough for what a disk takes. */
export function createHashPool(workers: number): HashPool {
  const members = Array.from({ length: workers }, () => createMember())
  return {
    open(options = {}) {
      const [first, ...others] = members
      if (!first) throw new Error('a hash pool has at least one worker')
      const idle = others.reduce(
        (best, member) => (member.load() < best.load() ? member : best),
        first,
      )
      return idle.open(options)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member.stop()))
    },
  }
}

interface Waiting {
  resolve(answer: Answer): void
  reject(cause: Error): void
}

interface Member {
  load(): number
  open(options: HashSessionOptions): Promise<HashSession>
  stop(): Promise<void>
}

function createMember(): Member {
  const sessions = new Map<number, Waiting[]>()
  let worker: Worker | undefined
  let lastId = 0

  function start(): Worker {
    const started = new Worker(workerFile(), { resourceLimits: { maxYoungGenerationSizeMb: 1 } })
    started.unref()
    started.on('message', (answer: Answer) => sessions.get(answer.id)?.shift()?.resolve(answer))
    started.on('error', (cause: Error) => failAll(cause))
    started.on('exit', () => {
      if (worker === started) worker = undefined
      failAll(new Error('the hash worker has ended'))
    })
    return started
  }

  function failAll(cause: Error): void {
    for (const waiting of sessions.values()) for (const { reject } of waiting) reject(cause)
    sessions.clear()
  }

  function ask(order: Order, transfer: ArrayBuffer[] = []): Promise<Answer> {
    const waiting = sessions.get(order.id)
    if (!waiting) return Promise.reject(new Error('the hash session has ended'))
    worker ??= start()
    const to = worker
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      to.postMessage(order, transfer)
    })
  }

  return {
    load: () => sessions.size,
    async open({ file, giveBack = false }) {
      const id = (lastId += 1)
      sessions.set(id, [])
      const session: HashSession = {
        async give(block) {
          const own = ownBlock(block)
          return takenBlock(await ask({ kind: 'block', id, block: own }, [own.buffer]))
        },
        async finish() {
          const answer = await ask({ kind: 'finish', id })
          if (answer.kind !== 'finished') throw failureOf(answer)
          sessions.delete(id)
          return { digest: `sha256:${answer.hex}`, size: answer.size }
        },
        abort() {
          const waiting = sessions.get(id)
          if (!sessions.delete(id)) return
          worker?.postMessage({ kind: 'abort', id } satisfies Order)
          for (const { reject } of waiting ?? []) reject(new Error('the hash session was aborted'))
        },
      }
      try {
        takenBlock(await ask({ kind: 'open', id, file, giveBack }))
        return session
      } catch (cause) {
        session.abort()
        throw cause
      }
    },
    async stop() {
      await worker?.terminate()
    },
  }
}

function takenBlock(answer: Answer): Uint8Array<ArrayBuffer> | undefined {
  if (answer.kind !== 'done') throw failureOf(answer)
  return answer.block
}

function failureOf(answer: Answer): Error {
  if (answer.kind !== 'failed') return new Error(`unexpected answer ${answer.kind}`)
  return Object.assign(new Error(answer.message), { code: answer.code })
}

/** Beside this file: a source under development, compiled in production. */
function workerFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./hash-worker.${extension}`, import.meta.url)
}
