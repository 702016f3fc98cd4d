/** Hashes blocks, and writes them to a file if asked, away from the event loop that talks to clients. */
import { createHash, type Hash } from 'node:crypto'
import { close, closeSync, fsync, openSync, writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'

import { createGroupCommit } from './group-commit.ts'
import type { Answer, Commit, Order } from './protocol.ts'

interface Session {
  readonly hash: Hash
  readonly fd: number | undefined
  readonly giveBack: boolean
  size: number
}

type Failure = Extract<Answer, { readonly kind: 'failed' }>

const sessions = new Map<number, Session | Failure>()
const commitInGroup = createGroupCommit()

function answer(message: Answer): void {
  const block = message.kind === 'done' ? message.block : undefined
  parentPort?.postMessage(message, block ? [block.buffer] : [])
}

function open({ id, file, giveBack }: Extract<Order, { kind: 'open' }>): void {
  try {
    // Not another's file, and nobody else's to read.
    const fd = file === undefined ? undefined : openSync(file, 'wx', 0o600)
    sessions.set(id, { hash: createHash('sha256'), fd, giveBack, size: 0 })
    answer({ kind: 'done', id })
  } catch (cause) {
    fail(id, cause)
  }
}

function take(id: number, session: Session, block: Uint8Array<ArrayBuffer>): void {
  try {
    session.hash.update(block)
    session.size += block.byteLength
    if (session.fd !== undefined) writeAll(session.fd, block)
    if (session.giveBack) return answer({ kind: 'done', id, block })
    // Its memory goes back now: left to the garbage collector, a hundred megabytes would wait for it.
    block.buffer.transfer(0)
    answer({ kind: 'done', id })
  } catch (cause) {
    if (session.fd !== undefined) closeSync(session.fd)
    fail(id, cause)
  }
}

function writeAll(fd: number, block: Uint8Array): void {
  for (let at = 0; at < block.byteLength;) at += writeSync(fd, block, at)
}

function finish(id: number, { hash, size, fd }: Session): void {
  const hex = hash.digest('hex')
  if (fd === undefined) {
    sessions.delete(id)
    answer({ kind: 'finished', id, hex, size })
    return
  }
  // Asynchronous, so that other sessions of this worker go on while the disk is busy.
  fsync(fd, (syncFailed) => {
    close(fd, (closeFailed) => {
      const failed = syncFailed ?? closeFailed
      if (failed) return fail(id, failed)
      sessions.delete(id)
      answer({ kind: 'finished', id, hex, size })
    })
  })
}

function store({ id, block, expected, commit }: Extract<Order, { kind: 'store' }>): void {
  const hex = createHash('sha256').update(block).digest('hex')
  if (hex !== expected) return answer({ kind: 'finished', id, hex, size: block.byteLength })
  commitFile(id, commit, block)
}

function commitFile(id: number, commit: Commit, block?: Uint8Array): void {
  commitInGroup({
    commit,
    block,
    done: (existed) => answer({ kind: 'committed', id, existed }),
    failed: (cause) => fail(id, cause),
  })
}

function fail(id: number, cause: unknown): void {
  const { code = 'UNKNOWN', message = String(cause) } = cause as { code?: string; message?: string }
  const failure: Failure = { kind: 'failed', id, code, message }
  if (sessions.has(id)) sessions.set(id, failure)
  answer(failure)
}

function abort(id: number): void {
  const session = sessions.get(id)
  sessions.delete(id)
  if (session && !('kind' in session) && session.fd !== undefined) closeSync(session.fd)
}

parentPort?.on('message', (order: Order) => {
  if (order.kind === 'open') return open(order)
  if (order.kind === 'abort') return abort(order.id)
  if (order.kind === 'store') return store(order)
  if (order.kind === 'commit') return commitFile(order.id, order.commit)
  const session = sessions.get(order.id)
  if (!session) return
  if ('kind' in session) return answer(session)
  if (order.kind === 'block') take(order.id, session, order.block)
  else finish(order.id, session)
})
