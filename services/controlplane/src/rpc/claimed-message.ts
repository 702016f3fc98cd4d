import type { JsonObject as ProtoJson, MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { ClaimResponseSchema } from '@chainloop/proto/internal/v1/delivery_service'

import type { ClaimedDelivery } from '../deliveries/claim-deliveries.ts'
import { at } from './timestamp.ts'

/** Of a delivery, or of one that is only shown. */
export function claimedMessage(
  delivery: ClaimedDelivery,
): MessageInitShape<typeof ClaimResponseSchema> {
  const { runStartedAt, runFinishedAt, bundle, credentials, policies, evidence, ...fields } =
    delivery
  const { organizationId: _, secretId: __, attestationId: ___, ...content } = fields
  return {
    ...content,
    bundle: Buffer.from(bundle),
    registrationCredentials: Buffer.from(credentials),
    registrationConfig: toStruct(content.registrationConfig),
    attachmentConfig: toStruct(content.attachmentConfig),
    runStartedAt: timestampFromDate(runStartedAt),
    ...at('runFinishedAt', runFinishedAt),
    policyStatus: policies.status,
    evidencePending: evidence.pending,
    evidence: evidence.items.map((one) => ({
      ...one,
      subjectDigests: [...one.subjectDigests],
      bundle: Buffer.from(one.bundle),
    })),
    policyEvaluations: policies.evaluations.map((evaluation) => ({
      ...evaluation,
      skipReasons: [...evaluation.skipReasons],
      violations: evaluation.violations.map((violation) => ({ ...violation })),
    })),
  }
}

/** JSON that came out of the database, with the type that a Struct has. */
export function toStruct(value: object): ProtoJson {
  return structuredClone(value) as ProtoJson
}
