import { type Digest, hexOf } from '../digest.ts'
import { ownBlock } from './own-block.ts'
import type { Answer, Commit, Order } from './protocol.ts'
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
  /** Makes a verified, flushed file visible, durably. True when a blob of that size was there. */
  commit(commit: Commit): Promise<boolean>
  /** Hashes a whole blob, and writes and commits it if it has this digest; gives what was found. */
  store(blob: Uint8Array, expected: Digest, commit: Commit): Promise<Hashed & { existed: boolean }>
}

/** `workers`: threads; two are enough for what a disk takes. */
export function createHashPool(workers: number): HashPool {
  const members = Array.from({ length: workers }, () => createMember())
  // One thread commits for all: what it flushes for one upload, another need not wait for.
  const committer = members[0] ?? createMember()

  return {
    commit: (commit) => committer.commit(commit),
    store: (blob, expected, commit) => committer.store(blob, expected, commit),
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

interface Member extends Pick<HashPool, 'open' | 'commit' | 'store'> {
  readonly load: () => number
  stop(): Promise<void>
}

function createMember(): Member {
  const line = createWorkerLine()
  let lastId = 0

  /** An order that is a session of its own. */
  async function once(make: (id: number) => [Order, ArrayBuffer[]?]): Promise<Answer> {
    const id = (lastId += 1)
    line.begin(id)
    try {
      return await line.ask(...make(id))
    } finally {
      line.end(id)
    }
  }
  return {
    load: line.sessions,
    stop: () => line.stop(),
    async commit(commit) {
      return committed(await once((id) => [{ kind: 'commit', id, commit }]))
    },
    async store(blob, expected, commit) {
      const block = new Uint8Array(blob)
      const size = block.byteLength
      const order = { kind: 'store', block, expected: hexOf(expected), commit } as const
      const answer = await once((id) => [{ ...order, id }, [block.buffer]])
      if (answer.kind === 'finished')
        return { digest: `sha256:${answer.hex}`, size: answer.size, existed: false }
      return { digest: expected, size, existed: committed(answer) }
    },
    async open({ file, giveBack = false } = {}) {
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

function committed(answer: Answer): boolean {
  if (answer.kind !== 'committed') throw failureOf(answer)
  return answer.existed
}

function takenBlock(answer: Answer): Uint8Array<ArrayBuffer> | undefined {
  if (answer.kind !== 'done') throw failureOf(answer)
  return answer.block
}

function failureOf(answer: Answer): Error {
  if (answer.kind !== 'failed') return new Error(`unexpected answer ${answer.kind}`)
  return Object.assign(new Error(answer.message), { code: answer.code })
}
