import type { RunToken as RunTokenMessage } from '@chainloop/proto/runs/v1/run_service'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { toDate } from '../model/time.ts'
import { NotInitialized, type RunToken, type Session } from './session.ts'
import { localStateStore } from './state-store/local.ts'
import { remoteStateStore } from './state-store/remote.ts'
import type { StateStore } from './state-store/state-store.ts'

/** Where the state of a run is: a file of this machine, or the control plane under the run's id. */
export type StateLocation =
  | { readonly type: 'local'; readonly path?: string | undefined }
  | { readonly type: 'remote'; readonly runId: string }

/** A run that was started, with a client that may do for it what a run may do, and no more. */
export interface OpenRun {
  readonly session: Session
  readonly store: StateStore
  readonly client: Client
}

const RENEW_BEFORE_MS = 5 * 60_000

/** Rejects with `NotInitialized` or `BrokenState`. */
export async function openRun(client: Client, location: StateLocation): Promise<OpenRun> {
  if (location.type === 'remote') return openRemote(client, location.runId)

  const store = localStateStore(location.path)
  const session = await store.read()
  if (session === undefined) throw new NotInitialized()
  if (session.state.dryRun) return { session, store, client }

  const runToken = await validToken(client, session)
  if (runToken !== session.runToken) await store.update((current) => ({ ...current, runToken }))
  return { session: { ...session, runToken }, store, client: client.withToken(runToken.token) }
}

async function openRemote(client: Client, runId: string): Promise<OpenRun> {
  const { token } = await join(client, runId)
  const run = client.withToken(token)
  const store = remoteStateStore(run, runId)
  const session = await store.read()
  if (session === undefined) throw new NotInitialized()
  return { session, store, client: run }
}

async function validToken(client: Client, { state, runToken }: Session): Promise<RunToken> {
  if (runToken === undefined) return join(client, state.workflow.runId)
  const leftMs = runToken.expiresAt.getTime() - Date.now()
  if (leftMs > RENEW_BEFORE_MS) return runToken
  if (leftMs <= 0) return join(client, state.workflow.runId)

  const { runToken: renewed } = await client.withToken(runToken.token).runTokens.renewToken({})
  return toRunToken(renewed)
}

async function join(client: Client, runId: string): Promise<RunToken> {
  const { runToken } = await client.runTokens.join({ runId })
  return toRunToken(runToken)
}

function toRunToken(message: RunTokenMessage | undefined): RunToken {
  const { token, expiresAt } = answered(message, 'a run token')
  return { token, expiresAt: toDate(expiresAt) ?? new Date() }
}
