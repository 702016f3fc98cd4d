import type {
  IntegrationAttachmentItem,
  IntegrationAvailableItem,
  RegisteredIntegrationItem,
} from '@chainloop/proto/controlplane/v1/integrations'
import type { Delivery as DeliveryMessage } from '@chainloop/proto/deliveries/v1/delivery_service'
import type { TestResponse } from '@chainloop/proto/integrations/v1/attachment_service'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

export interface AvailableIntegration {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly subscribedMaterials: readonly string[]
  /** JSON Schemas of the options. */
  readonly registration: unknown
  readonly attachment: unknown
}

export interface RegisteredIntegration {
  readonly id: string
  readonly name: string
  readonly plugin: string
  readonly description: string
  readonly config: unknown
  readonly createdAt: Date | undefined
}

export interface AttachedIntegration {
  readonly id: string
  readonly integration: string
  readonly plugin: string
  readonly workflow: string
  readonly project: string
  readonly config: unknown
  readonly retryForSeconds: number
  readonly orderKey: string
  readonly createdAt: Date | undefined
}

export const deliveryState = enumNames({
  pending: 1,
  delivered: 2,
  failed: 3,
  cancelled: 4,
  skipped: 5,
})

/** One attestation to one attachment. */
export interface Delivery {
  readonly id: string
  readonly integration: string
  readonly plugin: string
  readonly workflow: string
  readonly project: string
  readonly runId: string
  readonly attestationDigest: string
  readonly state: string
  /** 1 is what was queued when it was attested; each replay has its own. */
  readonly generation: number
  /** Why a pending one is held back; empty when it is not. */
  readonly held: string
  readonly nextAttemptAt: Date | undefined
  readonly idempotencyKey: string
  readonly createdAt: Date | undefined
  readonly changedAt: Date | undefined
  readonly finishedAt: Date | undefined
  readonly attempts: readonly DeliveryAttempt[]
}

export interface DeliveryAttempt {
  readonly number: number
  readonly startedAt: Date | undefined
  readonly durationMs: number
  readonly outcome: string
  readonly responseCode: number
  readonly detail: string
}

export function toAvailableIntegration(item: IntegrationAvailableItem): AvailableIntegration {
  const fanout = item.type.case === 'fanout' ? item.type.value : undefined
  return {
    name: item.name,
    version: item.version,
    description: item.description,
    subscribedMaterials: fanout?.subscribedMaterials ?? [],
    registration: json(fanout?.registrationSchema),
    attachment: json(fanout?.attachmentSchema),
  }
}

export function toRegisteredIntegration(
  item: RegisteredIntegrationItem | undefined,
): RegisteredIntegration {
  const one = answered(item, 'an integration')
  return {
    id: one.id,
    name: one.name,
    plugin: one.kind,
    description: one.description,
    config: json(one.config),
    createdAt: toDate(one.createdAt),
  }
}

export function toAttachedIntegration(
  item: IntegrationAttachmentItem | undefined,
): AttachedIntegration {
  const one = answered(item, 'an attachment')
  return {
    id: one.id,
    integration: one.integration?.name ?? '',
    plugin: one.integration?.kind ?? '',
    workflow: one.workflow?.name ?? '',
    project: one.workflow?.project ?? '',
    config: json(one.config),
    retryForSeconds: Number(one.retryForSeconds),
    orderKey: one.orderKey,
    createdAt: toDate(one.createdAt),
  }
}

export function toDelivery(given: DeliveryMessage | undefined): Delivery {
  const message = answered(given, 'a delivery')
  return {
    id: message.id,
    integration: message.integrationName,
    plugin: message.pluginId,
    workflow: message.workflowName,
    project: message.projectName,
    runId: message.runId,
    attestationDigest: message.attestationDigest,
    state: deliveryState.nameOf(message.state),
    generation: message.generation,
    held: message.held,
    nextAttemptAt: toDate(message.nextAttemptAt),
    idempotencyKey: message.idempotencyKey,
    changedAt: toDate(message.changedAt),
    createdAt: toDate(message.createdAt),
    finishedAt: toDate(message.finishedAt),
    attempts: message.attempts.map((attempt) => ({
      number: attempt.number,
      startedAt: toDate(attempt.startedAt),
      durationMs: Number(attempt.durationMs),
      outcome: attempt.outcome,
      responseCode: attempt.responseCode,
      detail: attempt.detail,
    })),
  }
}

/** Configurations and schemas travel as JSON text. */
function json(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined || bytes.byteLength === 0) return {}
  return JSON.parse(Buffer.from(bytes).toString('utf8'))
}

/** What a delivery would send; nothing was sent. */
export interface TestedAttachment {
  /** Secrets are masked. */
  readonly messages: readonly TestedMessage[]
  /** Why the filters would skip it; empty when they would not. */
  readonly skipped: string
  /** What would stand in the way; empty when nothing would. */
  readonly problem: string
}

export interface TestedMessage {
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function toTestedAttachment({ messages, skipped, problem }: TestResponse): TestedAttachment {
  const shown = messages.map(({ target, headers, body }) => ({ target, headers, body }))
  return { messages: shown, skipped, problem }
}
