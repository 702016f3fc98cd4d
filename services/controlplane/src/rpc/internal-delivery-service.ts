import type { JsonObject as ProtoJson, MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type {
  ClaimResponseSchema,
  DeliveryService,
} from '@chainloop/proto/internal/v1/delivery_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { type ClaimedDelivery, claimDelivery } from '../deliveries/claim-delivery.ts'
import { readMaterial } from '../deliveries/read-material.ts'
import { parseOutcome, reportAttempt } from '../deliveries/report-attempt.ts'
import { actorOf } from './actor-key.ts'
import { at } from './timestamp.ts'

export function internalDeliveryService(
  ctx: Pick<Context, 'db' | 'queue' | 'blobs' | 'secrets'>,
): ServiceImpl<typeof DeliveryService> {
  return {
    async claim(req, call) {
      const claimed = await claimDelivery(ctx, actorOf(call), req)
      return claimed ? toMessage(claimed) : { alreadyFinished: true }
    },
    async *readMaterial(req, call) {
      for await (const data of readMaterial(ctx, actorOf(call), req)) {
        yield { data: Buffer.from(data) }
      }
    },
    async reportAttempt(req, call) {
      await reportAttempt(ctx, actorOf(call), {
        deliveryId: req.deliveryId,
        jobId: req.jobId,
        attempt: req.attempt,
        durationMs: Number(req.durationMs),
        outcome: parseOutcome(req.outcome),
        responseCode: req.responseCode,
        detail: req.detail,
        last: req.last,
      })
      return {}
    },
  }
}

function toMessage({
  attempt,
  content,
}: ClaimedDelivery): MessageInitShape<typeof ClaimResponseSchema> {
  const { runStartedAt, runFinishedAt, bundle, credentials, ...fields } = content
  return {
    ...fields,
    attempt,
    bundle: Buffer.from(bundle),
    registrationCredentials: Buffer.from(credentials),
    registrationConfig: toStruct(content.registrationConfig),
    attachmentConfig: toStruct(content.attachmentConfig),
    runStartedAt: timestampFromDate(runStartedAt),
    ...at('runFinishedAt', runFinishedAt),
  }
}

/** JSON that came out of the database, with the type that a Struct has. */
function toStruct(value: object): ProtoJson {
  return structuredClone(value) as ProtoJson
}
