import { timestampDate } from '@bufbuild/protobuf/wkt'
import type { DeliveryService, ListRequest } from '@chainloop/proto/deliveries/v1/delivery_service'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { cancelDelivery } from '../deliveries/cancel-delivery.ts'
import { deliveryReceipt } from '../deliveries/delivery-receipt.ts'
import { describeDelivery } from '../deliveries/describe-delivery.ts'
import { fanOutStatus } from '../deliveries/fan-out-status.ts'
import { type ListDeliveries, listDeliveries } from '../deliveries/list-deliveries.ts'
import { pauseIntegration, resumeIntegration } from '../deliveries/pause-integration.ts'
import { retryDelivery } from '../deliveries/retry-delivery.ts'
import { cursorPage } from '../pages.ts'
import { cancelReplay } from '../replays/cancel-replay.ts'
import { describeReplay, listReplays } from '../replays/describe-replay.ts'
import { startReplay } from '../replays/start-replay.ts'
import { actorOf } from './actor-key.ts'
import { deliveryMessage, deliveryState, replayMessage, statusMessage } from './delivery-message.ts'

type Deps = Pick<Context, 'db' | 'queue' | 'signing' | 'config'>

export function deliveryService(ctx: Deps): ServiceImpl<typeof DeliveryService> {
  return {
    async list(req, call) {
      const { deliveries, nextCursor } = await listDeliveries(ctx, actorOf(call), wanted(req))
      return { deliveries: deliveries.map(deliveryMessage), pagination: { nextCursor } }
    },
    async describe({ id }, call) {
      return { delivery: deliveryMessage(await describeDelivery(ctx, actorOf(call), { id })) }
    },
    async retry({ id }, call) {
      return { delivery: deliveryMessage(await retryDelivery(ctx, actorOf(call), { id })) }
    },
    async cancel({ id }, call) {
      return { delivery: deliveryMessage(await cancelDelivery(ctx, actorOf(call), { id })) }
    },
    async getReceipt({ id }, call) {
      const { envelope, publicKey } = await deliveryReceipt(ctx, actorOf(call), { id })
      return { envelope: Buffer.from(envelope), publicKey }
    },
    async status({ integrationName }, call) {
      const all = await fanOutStatus(ctx, actorOf(call), { integrationName })
      return { integrations: all.map(statusMessage) }
    },
    async pause({ integrationName: name, reason }, call) {
      await pauseIntegration(ctx, actorOf(call), { name, reason })
      return statusOf(ctx, name, call)
    },
    async resume({ integrationName: name }, call) {
      await resumeIntegration(ctx, actorOf(call), { name })
      return statusOf(ctx, name, call)
    },
    ...replays(ctx),
  }
}

function replays(
  ctx: Deps,
): Pick<
  ServiceImpl<typeof DeliveryService>,
  'startReplay' | 'describeReplay' | 'listReplays' | 'cancelReplay'
> {
  return {
    async startReplay(req, call) {
      const { attachmentId, runId, digest, perMinute } = req
      const since = req.since && timestampDate(req.since)
      const until = req.until && timestampDate(req.until)
      const input = { attachmentId, runId, digest, perMinute, since, until }
      return { replay: replayMessage(await startReplay(ctx, actorOf(call), input)) }
    },
    async describeReplay({ id }, call) {
      return { replay: replayMessage(await describeReplay(ctx, actorOf(call), { id })) }
    },
    async listReplays({ pagination }, call) {
      const page = cursorPage(pagination)
      const { items, nextCursor } = await listReplays(ctx, actorOf(call), page)
      return { replays: items.map(replayMessage), pagination: { nextCursor } }
    },
    async cancelReplay({ id }, call) {
      return { replay: replayMessage(await cancelReplay(ctx, actorOf(call), { id })) }
    },
  }
}

async function statusOf(
  ctx: Deps,
  integrationName: string,
  call: HandlerContext,
): Promise<{ status?: ReturnType<typeof statusMessage> }> {
  const [status] = await fanOutStatus(ctx, actorOf(call), { integrationName })
  return status ? { status: statusMessage(status) } : {}
}

function wanted(req: ListRequest): ListDeliveries {
  const { runId, projectName, workflowName, integrationName, attachmentId, replayId } = req
  const state = deliveryState(req.state)
  return {
    runId,
    projectName,
    workflowName,
    integrationName,
    ...(attachmentId === '' ? {} : { attachmentId }),
    ...(replayId === '' ? {} : { replayId }),
    ...(state ? { state } : {}),
    ...(req.since ? { since: timestampDate(req.since) } : {}),
    ...(req.changedSince ? { changedSince: timestampDate(req.changedSince) } : {}),
    cursor: req.pagination?.cursor ?? '',
    limit: req.pagination?.limit ?? 0,
  }
}
