import type { MessageInitShape } from '@bufbuild/protobuf'
import type {
  AttemptReport as AttemptReportMessage,
  ClaimResponseSchema,
  DeliveryService,
} from '@chainloop/proto/internal/v1/delivery_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { type ClaimAnswer, claimDeliveries } from '../deliveries/claim-deliveries.ts'
import type { RetryDeps } from '../deliveries/postpone.ts'
import { readMaterial } from '../deliveries/read-material.ts'
import { type AttemptReport, parseOutcome, reportAttempts } from '../deliveries/report-attempts.ts'
import { actorOf } from './actor-key.ts'
import { claimedMessage } from './claimed-message.ts'

export function internalDeliveryService(
  ctx: Pick<Context, 'db' | 'queue' | 'blobs' | 'secrets'> & RetryDeps,
): ServiceImpl<typeof DeliveryService> {
  return {
    async *claim({ jobs }, call) {
      for await (const answer of claimDeliveries(ctx, actorOf(call), jobs)) yield toMessage(answer)
    },
    async *readMaterial(req, call) {
      for await (const data of readMaterial(ctx, actorOf(call), req)) {
        yield { data: Buffer.from(data) }
      }
    },
    async reportAttempts({ reports }, call) {
      await reportAttempts(ctx, actorOf(call), reports.map(toReport))
      return {}
    },
  }
}

function toReport(message: AttemptReportMessage): AttemptReport {
  const { deliveryId, jobId, attempt, responseCode, detail, ours } = message
  return {
    deliveryId,
    jobId,
    attempt,
    responseCode,
    detail,
    ours,
    durationMs: Number(message.durationMs),
    outcome: parseOutcome(message.outcome),
    retryAfterMs: Number(message.retryAfterMs),
  }
}

function toMessage(answer: ClaimAnswer): MessageInitShape<typeof ClaimResponseSchema> {
  const { jobId } = answer
  if (answer.kind === 'refused') return { jobId, refused: true }
  if (answer.kind === 'nothing') return { jobId, nothingToDo: true }
  return { ...claimedMessage(answer.delivery), jobId }
}
