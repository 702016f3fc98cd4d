import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Code, ConnectError } from '@connectrpc/connect'

import { runFile } from './run-file.ts'
import type { Session } from './session.ts'
import { localStateStore } from './state-store/local.ts'
import type { StateStore } from './state-store/state-store.ts'

/**
 * A state in the control plane ends with its run, and the run with the push. This machine keeps what it has sent until it
 * is answered, so that a push whose answer was lost can be repeated here as one with a local state.
 */
export function keepingSent(store: StateStore, runId: string): StateStore {
  const sent = localStateStore(join(tmpdir(), `chainloop-run-${runId}.sent.json`))
  return {
    ...store,
    read: async () => {
      const kept = await sent.read()
      const session = await store.read().catch((cause: unknown) => endedWith(kept, cause))
      if (session === undefined || session === kept) return kept
      return { ...session, unanswered: kept?.unanswered }
    },
    update: async (change) => {
      const next = await store.update(change)
      await sent.create(next, { replace: true })
      return next
    },
    remove: async () => {
      await store.remove()
      await runFile(runId).remove()
      await sent.remove()
    },
  }
}

function endedWith(kept: Session | undefined, cause: unknown): Session {
  const isOver = cause instanceof ConnectError && cause.code === Code.FailedPrecondition
  if (isOver && kept?.unanswered !== undefined) return kept
  throw cause
}
