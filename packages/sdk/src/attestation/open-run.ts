import type { RunToken as RunTokenMessage } from '@chainloop/proto/runs/v1/run_service'
import { Code, ConnectError } from '@connectrpc/connect'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { exchangeClient } from '../identity/exchange-client.ts'
import { toDate } from '../model/time.ts'
import { keepingSent } from './keep-sent.ts'
import { runFile } from './run-file.ts'
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

/** Rejects with `NotInitialized`, `BrokenState` or `NoCredentials`. */
export async function openRun(client: Client, location: StateLocation): Promise<OpenRun> {
  if (location.type === 'remote') return openRemote(client, location.runId)

  const store = localStateStore(location.path)
  const session = await store.read()
  if (session === undefined) throw new NotInitialized()
  if (session.state.dryRun) return { session, store, client }

  const { runId } = session.state.workflow
  const { runToken, client: run } = await tokenClient(client, { runId, token: session.runToken })
  if (runToken !== session.runToken) await store.update((current) => ({ ...current, runToken }))
  return { session: { ...session, runToken }, store, client: run }
}

/** A token that this machine has kept may have ended with the account that it came from; the job may have another. */
async function openRemote(client: Client, runId: string): Promise<OpenRun> {
  const token = await runFile(runId).read()
  try {
    return await openShared(client, { runId, token })
  } catch (cause) {
    const isOver = cause instanceof ConnectError && cause.code === Code.Unauthenticated
    if (token === undefined || !isOver) throw cause
    return openShared(client, { runId, token: undefined })
  }
}

async function openShared(client: Client, { runId, token }: Known): Promise<OpenRun> {
  const { runToken, client: run } = await tokenClient(client, { runId, token })
  const store = keepingSent(remoteStateStore(run, runId), runId)
  const session = await store.read()
  if (session === undefined) {
    throw new NotInitialized(`run ${runId} keeps no state in the control plane`)
  }
  if (runToken !== token) await runFile(runId).write(runToken)
  return { session, store, client: run }
}

/** With the token that is known of a run, as long as it is good; otherwise with a new one. */
export async function runClient(client: Client, known: Known): Promise<Client> {
  return (await tokenClient(client, known)).client
}

async function tokenClient(
  client: Client,
  known: Known,
): Promise<{ readonly runToken: RunToken; readonly client: Client }> {
  const runToken = await validToken(client, known)
  return { runToken, client: client.withToken(runToken.token) }
}

interface Known {
  readonly runId: string
  readonly token: RunToken | undefined
}

async function validToken(client: Client, { runId, token }: Known): Promise<RunToken> {
  if (token === undefined) return join(client, runId)
  const leftMs = token.expiresAt.getTime() - Date.now()
  if (leftMs > RENEW_BEFORE_MS) return token
  if (leftMs <= 0) return join(client, runId)

  const { runToken: renewed } = await client.withToken(token.token).runTokens.renewToken({})
  return toRunToken(renewed)
}

async function join(client: Client, runId: string): Promise<RunToken> {
  const { runToken } = await (await exchangeClient(client)).runTokens.join({ runId })
  return toRunToken(runToken)
}

function toRunToken(message: RunTokenMessage | undefined): RunToken {
  const { token, expiresAt } = answered(message, 'a run token')
  return { token, expiresAt: toDate(expiresAt) ?? new Date() }
}
