import { AttestationServiceCancelRequest_TriggerType as TriggerType } from '@chainloop/proto/controlplane/v1/workflow_run'
import { Code, ConnectError } from '@connectrpc/connect'

import type { Client } from '../client.ts'
import type { StateLocation } from './open-run.ts'
import { NotInitialized } from './session.ts'
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
 * Gives a run up and forgets its state, also one that cannot be read any more. The client authenticates
 * with an account: a run cannot end itself otherwise than by its attestation. Rejects with `NotInitialized`.
 */
export async function resetAttestation(
  client: () => Promise<Client>,
  { state, trigger = 'failure', reason = '' }: ResetInput,
): Promise<Reset> {
  const runId = await findRun(state)
  if (runId !== undefined)
    await cancel(await client(), { runId, trigger: TRIGGERS[trigger], reason })
  if (state.type === 'local') await localStateStore(state.path).remove()
  return { runId }
}

async function findRun(location: StateLocation): Promise<string | undefined> {
  if (location.type === 'remote') return location.runId
  try {
    const session = await localStateStore(location.path).read()
    if (session === undefined) throw new NotInitialized()
    return session.state.dryRun ? undefined : session.state.workflow.runId
  } catch (cause) {
    if (cause instanceof BrokenState) return undefined
    throw cause
  }
}

interface Cancellation {
  readonly runId: string
  readonly trigger: TriggerType
  readonly reason: string
}

/** A run that is unknown or over needs no end. */
async function cancel(client: Client, { runId, trigger, reason }: Cancellation): Promise<void> {
  try {
    await client.attestations.cancel({ workflowRunId: runId, trigger, reason })
  } catch (cause) {
    const code = cause instanceof ConnectError ? cause.code : undefined
    if (code !== Code.NotFound && code !== Code.FailedPrecondition) throw cause
  }
}
