import type { Digest } from '../digest.ts'
import { ownBlock } from './own-block.ts'
import type { Answer } from './protocol.ts'
import { createWorkerLine } from './worker-line.ts'

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

interface Member {
  readonly load: () => number
  open(options: HashSessionOptions): Promise<HashSession>
  stop(): Promise<void>
}

function createMember(): Member {
  const line = createWorkerLine()
  let lastId = 0
  return {
    load: line.sessions,
    stop: () => line.stop(),
    async open({ file, giveBack = false }) {
      const id = (lastId += 1)
      line.begin(id)
      const session: HashSession = {
        async give(block) {
          const own = ownBlock(block)
          return takenBlock(await line.ask({ kind: 'block', id, block: own }, [own.buffer]))
        },
        async finish() {
          const answer = await line.ask({ kind: 'finish', id })
          if (answer.kind !== 'finished') throw failureOf(answer)
          line.end(id)
          return { digest: `sha256:${answer.hex}`, size: answer.size }
        },
        abort: () => line.abort(id),
      }
      try {
        takenBlock(await line.ask({ kind: 'open', id, file, giveBack }))
        return session
      } catch (cause) {
        session.abort()
        throw cause
      }
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
