import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { getIntegration } from '../integrations/list-integrations.ts'
import * as statuses from './fan-out-status-repo.ts'

export type LaneState = 'running' | 'paused' | 'broken'

/** How the fan-out to a registration is doing; rates are of what ended in the last hour. */
export interface FanOutStatus {
  readonly integrationName: string
  readonly pluginId: string
  readonly state: LaneState
  /** Why it is paused, or what the last attempt said. */
  readonly reason: string
  readonly nextProbeAt: Date | undefined
  readonly pending: number
  readonly held: number
  readonly inFlight: number
  readonly oldestPendingAt: Date | undefined
  readonly delivered: number
  readonly failed: number
  /** Delivered, of all attempts that ended. */
  readonly successRate: number | undefined
  readonly p95LatencyMs: number | undefined
  readonly maxConcurrency: number
  readonly maxPerSecond: number | undefined
}

/** By name. */
export async function fanOutStatus(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { integrationName }: { integrationName: string },
): Promise<readonly FanOutStatus[]> {
  actor.requireSomewhere('integration:read')
  const { organizationId } = actor
  const integrationId =
    integrationName === ''
      ? undefined
      : (await getIntegration(db, { organizationId, name: integrationName })).id
  return statuses.list(db, { organizationId, integrationId })
}
