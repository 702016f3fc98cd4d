import type {
  IntegrationStatus as StatusMessage,
  Replay as ReplayMessage,
} from '@chainloop/proto/deliveries/v1/delivery_service'

import { answered } from '../connection/unexpected-answer.ts'
import { toDate } from './time.ts'

/** How the fan-out to a registration is doing; rates are of what ended in the last hour. */
export interface FanOutStatus {
  readonly integration: string
  readonly plugin: string
  /** `running`, `paused`, or `broken`: its circuit breaker is open. */
  readonly state: string
  readonly reason: string
  readonly nextProbeAt: Date | undefined
  readonly pending: number
  readonly held: number
  readonly inFlight: number
  readonly oldestPendingAt: Date | undefined
  readonly delivered: number
  readonly failed: number
  /** 0 to 1; undefined when nothing was tried. */
  readonly successRate: number | undefined
  readonly p95LatencyMs: number | undefined
  readonly maxConcurrency: number
  readonly maxPerSecond: number | undefined
}

export function toFanOutStatus(given: StatusMessage | undefined): FanOutStatus {
  const message = answered(given, 'a status')
  const { successRate, p95LatencyMs, maxPerSecond } = message
  return {
    integration: message.integrationName,
    plugin: message.pluginId,
    state: message.state,
    reason: message.reason,
    nextProbeAt: toDate(message.nextProbeAt),
    pending: Number(message.pending),
    held: Number(message.held),
    inFlight: Number(message.inFlight),
    oldestPendingAt: toDate(message.oldestPendingAt),
    delivered: Number(message.delivered),
    failed: Number(message.failed),
    successRate,
    p95LatencyMs: p95LatencyMs === undefined ? undefined : Number(p95LatencyMs),
    maxConcurrency: message.maxConcurrency,
    maxPerSecond,
  }
}

/** History that is sent to one attachment once more. */
export interface Replay {
  readonly id: string
  readonly attachmentId: string
  readonly integration: string
  readonly workflow: string
  readonly project: string
  readonly generation: number
  /** `running`, `done` when everything was sent to the queue, or `cancelled`. */
  readonly state: string
  readonly total: number
  readonly sent: number
  readonly delivered: number
  readonly failed: number
  readonly pending: number
  readonly perMinute: number
  readonly createdAt: Date | undefined
  readonly finishedAt: Date | undefined
}

export function toReplay(given: ReplayMessage | undefined): Replay {
  const message = answered(given, 'a replay')
  return {
    id: message.id,
    attachmentId: message.attachmentId,
    integration: message.integrationName,
    workflow: message.workflowName,
    project: message.projectName,
    generation: message.generation,
    state: message.state,
    total: Number(message.total),
    sent: Number(message.sent),
    delivered: Number(message.delivered),
    failed: Number(message.failed),
    pending: Number(message.pending),
    perMinute: message.perMinute,
    createdAt: toDate(message.createdAt),
    finishedAt: toDate(message.finishedAt),
  }
}
