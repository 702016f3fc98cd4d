import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  type DeliveryAttemptSchema,
  type DeliverySchema,
  type IntegrationStatusSchema,
  type ReplaySchema,
  DeliveryState as WireState,
} from '@chainloop/proto/deliveries/v1/delivery_service'

import type { Delivery, DeliveryAttempt, DeliveryState } from '../deliveries/delivery.ts'
import type { FanOutStatus } from '../deliveries/fan-out-status.ts'
import type { Replay } from '../replays/replay.ts'
import { at } from './timestamp.ts'

const states = {
  pending: WireState.PENDING,
  delivered: WireState.DELIVERED,
  failed: WireState.FAILED,
  cancelled: WireState.CANCELLED,
  skipped: WireState.SKIPPED,
} satisfies Record<DeliveryState, WireState>

/** Undefined: in whatever state. */
export function deliveryState(message: WireState): DeliveryState | undefined {
  return (Object.keys(states) as DeliveryState[]).find((state) => states[state] === message)
}

export function deliveryMessage(delivery: Delivery): MessageInitShape<typeof DeliverySchema> {
  const { createdAt, changedAt, finishedAt, nextAttemptAt, state, attempts, ...fields } = delivery
  return {
    ...fields,
    state: states[state],
    createdAt: timestampFromDate(createdAt),
    changedAt: timestampFromDate(changedAt),
    ...at('finishedAt', finishedAt),
    ...at('nextAttemptAt', nextAttemptAt),
    attempts: attempts.map(attemptMessage),
  }
}

function attemptMessage(attempt: DeliveryAttempt): MessageInitShape<typeof DeliveryAttemptSchema> {
  const { number, startedAt, durationMs, outcome, responseCode, detail } = attempt
  return {
    number,
    outcome,
    responseCode,
    detail,
    startedAt: timestampFromDate(startedAt),
    durationMs: BigInt(durationMs),
  }
}

export function statusMessage(
  status: FanOutStatus,
): MessageInitShape<typeof IntegrationStatusSchema> {
  const { successRate, p95LatencyMs, maxPerSecond } = status
  return {
    integrationName: status.integrationName,
    pluginId: status.pluginId,
    state: status.state,
    reason: status.reason,
    maxConcurrency: status.maxConcurrency,
    pending: BigInt(status.pending),
    held: BigInt(status.held),
    inFlight: BigInt(status.inFlight),
    delivered: BigInt(status.delivered),
    failed: BigInt(status.failed),
    ...at('nextProbeAt', status.nextProbeAt),
    ...at('oldestPendingAt', status.oldestPendingAt),
    ...(successRate === undefined ? {} : { successRate }),
    ...(p95LatencyMs === undefined ? {} : { p95LatencyMs: BigInt(p95LatencyMs) }),
    ...(maxPerSecond === undefined ? {} : { maxPerSecond }),
  }
}

export function replayMessage(replay: Replay): MessageInitShape<typeof ReplaySchema> {
  const { total, sent, delivered, failed, pending, createdAt, finishedAt, ...fields } = replay
  return {
    ...fields,
    total: BigInt(total),
    sent: BigInt(sent),
    delivered: BigInt(delivered),
    failed: BigInt(failed),
    pending: BigInt(pending),
    createdAt: timestampFromDate(createdAt),
    ...at('finishedAt', finishedAt),
  }
}
