import { AttestationServiceCancelRequest_TriggerType as TriggerType } from '@chainloop/proto/controlplane/v1/workflow_run'
import { Code, ConnectError } from '@connectrpc/connect'

import type { Client } from '../client.ts'
import { runClient, type StateLocation } from './open-run.ts'
import { runFile } from './run-file.ts'
import { NotInitialized, type RunToken } from './session.ts'
import { localStateStore } from './state-store/local.ts'
import { BrokenState } from './state-store/session-json.ts'

export interface ResetInput {
  readonly state: StateLocation
  readonly trigger?: 'failure' | 'cancellation' | undefined
  readonly reason?: string | undefined
}

export interface Reset {
  /** Undefined when no run was open: a dry run, or a state that could not be read. */
  readonly runId: string | undefined
}

const TRIGGERS = { failure: TriggerType.FAILURE, cancellation: TriggerType.CANCELLATION } as const

/**
 * Gives a run up and forgets its state, also one that cannot be read any more. Uses the run's own token, or joins the run
 * for that. Rejects with `NotInitialized`.
 */
export async function resetAttestation(
  client: () => Promise<Client>,
  { state, trigger = 'failure', reason = '' }: ResetInput,
): Promise<Reset> {
  const run = await findRun(state)
  if (run !== undefined) {
    await cancel(await client(), { ...run, trigger: TRIGGERS[trigger], reason })
  }
  if (state.type === 'local') await localStateStore(state.path).remove()
  else await runFile(state.runId).remove()
  return { runId: run?.runId }
}

async function findRun(
  location: StateLocation,
): Promise<Pick<Cancellation, 'runId' | 'token'> | undefined> {
  if (location.type === 'remote') {
    const { runId } = location
    return { runId, token: await runFile(runId).read() }
  }
  try {
    const session = await localStateStore(location.path).read()
    if (session === undefined) throw new NotInitialized()
    if (session.state.dryRun) return undefined
    return { runId: session.state.workflow.runId, token: session.runToken }
  } catch (cause) {
    if (cause instanceof BrokenState) return undefined
    throw cause
  }
}

interface Cancellation {
  readonly runId: string
  readonly token: RunToken | undefined
  readonly trigger: TriggerType
  readonly reason: string
}

/** A run that is unknown or over needs no end. */
async function cancel(client: Client, cancellation: Cancellation): Promise<void> {
  const { runId, trigger, reason } = cancellation
  try {
    const run = await runClient(client, cancellation)
    await run.attestations.cancel({ workflowRunId: runId, trigger, reason })
  } catch (cause) {
    const code = cause instanceof ConnectError ? cause.code : undefined
    if (code !== Code.NotFound && code !== Code.FailedPrecondition) throw cause
  }
}
