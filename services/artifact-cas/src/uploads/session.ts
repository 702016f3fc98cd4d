import { randomBytes } from 'node:crypto'

import { aborted, conflict } from '@chainloop/kit/errors'

import type { Transfer } from '../auth/transfer.ts'
import type { Bytes, DeclaredBlob } from '../backends/backend.ts'
import type { Context } from '../context.ts'
import { interruptible } from '../idle.ts'
import { createPipe, type Pipe } from './pipe.ts'
import { receiveBlob } from './receive-blob.ts'

export interface SizedBlob extends DeclaredBlob {
  readonly size: number
}

export type SessionDeps = Pick<Context, 'config' | 'events' | 'receipts' | 'storage'>

/** One upload over any number of requests. */
export interface Session {
  /** 256 random bits. */
  readonly id: string
  readonly organizationId: string
  readonly size: number
  /** Bytes taken so far. */
  offset: number
  state: 'open' | 'complete' | 'failed'
  readonly pipe: Pipe
  /** What `receiveBlob` comes to. */
  readonly received: Promise<void>
  writing: Writing | undefined
}

/** The request that writes now. */
interface Writing {
  readonly interrupt: (cause: Error) => void
  readonly over: Promise<void>
}

export function startSession(deps: SessionDeps, transfer: Transfer, blob: SizedBlob): Session {
  const pipe = createPipe()
  // Waiting for the client's next request is no idleness: the session's own expiry ends it.
  const upload = { blob, bytes: pipe.bytes, pace: undefined }
  const session: Session = {
    id: randomBytes(32).toString('base64url'),
    organizationId: transfer.organizationId,
    size: blob.size,
    offset: 0,
    state: 'open',
    pipe,
    received: receiveBlob(deps, transfer, upload).then(
      () => {
        session.offset = blob.size
        session.state = 'complete'
      },
      (cause: unknown) => {
        session.state = 'failed'
        throw cause
      },
    ),
    writing: undefined,
  }
  // Whoever waits for it hears of a failure; nobody may be waiting.
  session.received.catch(() => {})
  return session
}

/** Resolves when bytes are wanted, or the upload is complete without any; throws its refusal. */
export async function begun(session: Session): Promise<void> {
  if (session.size === 0) {
    session.pipe.end()
    await session.received
  }
  await Promise.race([session.received, session.pipe.wanted])
}

/** One request's bytes. A request that still writes to the session is pushed aside first. */
export async function appendTo(session: Session, offset: number, bytes: Bytes): Promise<void> {
  await pushAside(session)
  if (session.state === 'complete') return
  if (offset !== session.offset) {
    throw conflict(`the upload is at ${session.offset}, not at ${offset}`, {
      reason: 'OFFSET_MISMATCH',
      metadata: { offset: String(session.offset) },
    })
  }
  const over = Promise.withResolvers<void>()
  const source = interruptible(bytes)
  session.writing = { interrupt: source.interrupt, over: over.promise }
  try {
    await write(session, source)
  } finally {
    session.writing = undefined
    over.resolve()
  }
}

export async function pushAside({ writing }: Session): Promise<void> {
  writing?.interrupt(
    aborted('the upload goes on in another request', { reason: 'UPLOAD_TAKEN_OVER' }),
  )
  await writing?.over
}

async function write(session: Session, bytes: Bytes): Promise<void> {
  for await (const block of bytes) {
    const count = block.byteLength
    try {
      await session.pipe.write(block)
    } catch {
      // The receiving end knows why.
      break
    }
    session.offset += count
  }
  if (session.offset >= session.size) session.pipe.end()
  if (session.offset >= session.size || session.state === 'failed') await session.received
}
