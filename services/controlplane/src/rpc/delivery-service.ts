import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  type DeliveryAttemptSchema,
  type DeliverySchema,
  type DeliveryService,
  DeliveryState as WireState,
} from '@chainloop/proto/deliveries/v1/delivery_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { cancelDelivery } from '../deliveries/cancel-delivery.ts'
import type { Delivery, DeliveryAttempt, DeliveryState } from '../deliveries/delivery.ts'
import { describeDelivery } from '../deliveries/describe-delivery.ts'
import { listDeliveries } from '../deliveries/list-deliveries.ts'
import { retryDelivery } from '../deliveries/retry-delivery.ts'
import { actorOf } from './actor-key.ts'
import { at } from './timestamp.ts'

export function deliveryService(
  ctx: Pick<Context, 'db' | 'queue'>,
): ServiceImpl<typeof DeliveryService> {
  return {
    async list({ runId, projectName, workflowName, integrationName, pagination }, call) {
      const { deliveries, nextCursor } = await listDeliveries(ctx, actorOf(call), {
        runId,
        projectName,
        workflowName,
        integrationName,
        cursor: pagination?.cursor ?? '',
        limit: pagination?.limit ?? 0,
      })
      return { deliveries: deliveries.map(toMessage), pagination: { nextCursor } }
    },
    async describe({ id }, call) {
      return { delivery: toMessage(await describeDelivery(ctx, actorOf(call), { id })) }
    },
    async retry({ id }, call) {
      return { delivery: toMessage(await retryDelivery(ctx, actorOf(call), { id })) }
    },
    async cancel({ id }, call) {
      return { delivery: toMessage(await cancelDelivery(ctx, actorOf(call), { id })) }
    },
  }
}

const states = {
  pending: WireState.PENDING,
  delivered: WireState.DELIVERED,
  failed: WireState.FAILED,
  cancelled: WireState.CANCELLED,
} satisfies Record<DeliveryState, WireState>

function toMessage(delivery: Delivery): MessageInitShape<typeof DeliverySchema> {
  const { createdAt, finishedAt, state, attempts, ...fields } = delivery
  return {
    ...fields,
    state: states[state],
    createdAt: timestampFromDate(createdAt),
    ...at('finishedAt', finishedAt),
    attempts: attempts.map(toAttempt),
  }
}

function toAttempt(attempt: DeliveryAttempt): MessageInitShape<typeof DeliveryAttemptSchema> {
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
