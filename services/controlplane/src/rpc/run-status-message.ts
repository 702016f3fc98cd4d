import { RunStatus } from '@chainloop/proto/controlplane/v1/response_messages'

import type { RunState } from '../db/schema.ts'

const STATUS = {
  initialized: RunStatus.INITIALIZED,
  success: RunStatus.SUCCEEDED,
  error: RunStatus.FAILED,
  expired: RunStatus.EXPIRED,
  canceled: RunStatus.CANCELLED,
} as const satisfies Record<RunState, RunStatus>

export function runStatus(state: RunState): RunStatus {
  return STATUS[state]
}

/** Undefined for the unspecified one: no filter. */
export function runState(status: RunStatus): RunState | undefined {
  return Object.entries(STATUS).find(([, value]) => value === status)?.[0] as RunState | undefined
}
