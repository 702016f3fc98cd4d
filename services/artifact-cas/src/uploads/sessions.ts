import { aborted, notFound, unavailable } from '@chainloop/kit/errors'

import type { Transfer } from '../auth/transfer.ts'
import type { Bytes } from '../backends/backend.ts'
import type { Owners } from './owners.ts'
import {
  appendTo,
  begun,
  type Session,
  type SessionDeps,
  type SizedBlob,
  startSession,
} from './session.ts'

/** Where an upload is that may come in several requests. */
export interface SessionState {
  readonly id: string
  /** Bytes taken so far; the next request goes on here. */
  readonly offset: number
  readonly size: number
  /** Verified, durable and recorded. */
  readonly complete: boolean
}

/**
 * Uploads that survive their connections. A session lives in this process, which tells the other replicas, and is lost
 * with it: its client starts again at 0. The id is a secret that stands for the transfer token it was opened with.
 */
export interface UploadSessions extends Disposable {
  /** Complete at once when the token says that the project holds the blob. Throws like `receiveBlob`. */
  open(transfer: Transfer, blob: SizedBlob): Promise<SessionState>
  /** Whether it is at this replica. */
  has(id: string): boolean
  /** Throws `not_found`. */
  get(id: string): SessionState
  /**
   * Goes on at `offset`, which must be where the session is, else `conflict` (OFFSET_MISMATCH). When the last byte has
   * come it resolves after the blob is verified, durable and recorded; throws like `receiveBlob`, after which the
   * session is gone. What `bytes` throws is thrown on, and the session waits for another request.
   */
  append(id: string, offset: number, bytes: Bytes): Promise<SessionState>
  abandon(id: string): void
}

const MAX_OPEN = 1000
/** No organization can keep the others from uploading. */
const MAX_OPEN_PER_ORGANIZATION = 250

export interface UploadSessionDeps extends SessionDeps {
  readonly owners: Owners
}

export function createUploadSessions(deps: UploadSessionDeps): UploadSessions {
  const sessions = new Map<string, Session>()
  const expiries = new Map<string, NodeJS.Timeout>()

  function find(id: string): Session {
    const session = sessions.get(id)
    // The id is a secret, which an error must not repeat.
    if (!session) throw notFound('upload', 'with this id')
    return session
  }

  function drop(session: Session, cause: Error): void {
    clearTimeout(expiries.get(session.id))
    expiries.delete(session.id)
    sessions.delete(session.id)
    // What nobody releases runs out.
    deps.owners.release(session.id).catch(() => {})
    session.writing?.interrupt(cause)
    session.pipe.fail(cause)
  }

  /** Also complete ones are kept for a while: their client may not have heard the answer. */
  async function keep(session: Session): Promise<SessionState> {
    clearTimeout(expiries.get(session.id))
    const timer = setTimeout(() => drop(session, expired()), deps.config.uploadExpiry)
    expiries.set(session.id, timer.unref())
    await deps.owners.claim(session.id, session.offset)
    return stateOf(session)
  }

  return {
    async open(transfer, blob) {
      assertRoom([...sessions.values()], transfer)
      const session = startSession(deps, transfer, blob)
      await begun(session)
      sessions.set(session.id, session)
      return keep(session)
    },
    has: (id) => sessions.has(id),
    get: (id) => stateOf(find(id)),
    async append(id, offset, bytes) {
      const session = find(id)
      await keep(session)
      try {
        await appendTo(session, offset, bytes)
      } catch (cause) {
        if (session.state === 'failed') drop(session, aborted('the upload has failed'))
        throw cause
      }
      return keep(session)
    },
    abandon: (id) => drop(find(id), aborted('the client gave the upload up')),
    [Symbol.dispose]() {
      for (const session of sessions.values()) drop(session, aborted('the server is stopping'))
    },
  }
}

function assertRoom(sessions: readonly Session[], { organizationId }: Transfer): void {
  const open = sessions.filter(({ state }) => state === 'open')
  const own = open.filter((session) => session.organizationId === organizationId)
  if (open.length < MAX_OPEN && own.length < MAX_OPEN_PER_ORGANIZATION) return
  throw unavailable('too many uploads are open', { reason: 'TOO_MANY_UPLOADS' })
}

function stateOf({ id, offset, size, state }: Session): SessionState {
  return { id, offset, size, complete: state === 'complete' }
}

function expired(): Error {
  return aborted('the upload has expired', { reason: 'UPLOAD_EXPIRED' })
}
