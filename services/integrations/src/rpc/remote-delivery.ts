import { PassThrough } from 'node:stream'

import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { Receipt } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type {
  DeliverRequestSchema,
  DeliverySchema,
  Failure,
  PluginService,
} from '@chainloop/proto/integrations/v1/plugin_service'
import type { Client } from '@connectrpc/connect'

import { toDeliveryError } from '../dispatch/failure.ts'
import type { DeliveryRequest } from '../host/runner.ts'

type RequestMessage = MessageInitShape<typeof DeliverRequestSchema>

/** One attempt over the wire: the plugin asks for materials until it has a receipt. Throws `DeliveryError`. */
export async function deliverRemotely(
  plugin: Pick<Client<typeof PluginService>, 'deliver'>,
  request: DeliveryRequest,
): Promise<Receipt> {
  const wishes = new PassThrough({ objectMode: true })
  try {
    const answers = plugin.deliver(requests(request, wishes), { signal: request.signal })
    for await (const { message } of answers) {
      if (message.case === 'readMaterial') wishes.write(message.value)
      if (message.case === 'failure') throw failureOf(message.value)
      if (message.case === 'receipt') {
        const { responseCode, detail } = message.value
        return { ...(responseCode > 0 && { responseCode }), detail }
      }
    }
  } finally {
    wishes.end()
  }
  throw new DeliveryError('retryable', 'the plugin ended without a receipt')
}

async function* requests(
  request: DeliveryRequest,
  wishes: AsyncIterable<unknown>,
): AsyncIterable<RequestMessage> {
  yield { message: { case: 'delivery', value: toMessage(request) } }
  for await (const digest of wishes) yield* piecesOf(request, String(digest))
}

async function* piecesOf(
  { materials }: DeliveryRequest,
  digest: string,
): AsyncIterable<RequestMessage> {
  const chunk = (value: { data?: Uint8Array<ArrayBuffer>; end?: boolean; problem?: string }) =>
    ({ message: { case: 'chunk', value } }) as const
  const material = materials.find((one) => one.digest === digest)
  if (!material) return yield chunk({ problem: 'this material is not part of the delivery' })
  try {
    for await (const piece of material.open()) yield chunk({ data: new Uint8Array(piece) })
    yield chunk({ end: true })
  } catch (cause) {
    yield chunk({ problem: toDeliveryError(cause).message })
  }
}

function failureOf({ errorClass, message, ...details }: Failure): DeliveryError {
  const known = (['retryable', 'throttled', 'permanent'] as const).find((one) => one === errorClass)
  const retryAfterMs = Number(details.retryAfterMs)
  return new DeliveryError(known ?? 'retryable', message, {
    ...(details.responseCode > 0 && { responseCode: details.responseCode }),
    ...(retryAfterMs > 0 && { retryAfterMs }),
  })
}

export function toMessage(request: DeliveryRequest): MessageInitShape<typeof DeliverySchema> {
  const { attestation, materials, registration, attachment, texts, idempotencyKey } = request
  const { digest, bundle, organization, project, workflow, run, policies } = attestation
  return {
    registration: toStruct(registration),
    attachment: toStruct(attachment),
    idempotencyKey,
    texts: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text ?? ''])),
    materials: materials.map(({ name, kind, fileName, digest: own, annotations }) => ({
      name,
      kind,
      fileName,
      digest: own,
      annotations: { ...annotations },
    })),
    attestation: {
      digest,
      bundle: new Uint8Array(bundle),
      organization,
      project: project.name,
      projectVersion: project.version,
      workflowId: workflow.id,
      workflow: workflow.name,
      runId: run.id,
      runState: run.state,
      ...(run.startedAt && { runStartedAt: timestampFromDate(run.startedAt) }),
      ...(run.finishedAt && { runFinishedAt: timestampFromDate(run.finishedAt) }),
      runnerType: run.runnerType,
      runnerUrl: run.runnerUrl,
      policyStatus: policies.status,
      policyEvaluations: policies.evaluations.map((evaluation) => ({
        ...evaluation,
        skipReasons: [...evaluation.skipReasons],
        violations: evaluation.violations.map((violation) => ({ ...violation })),
      })),
    },
  }
}

/** Settings came out of JSON. */
export function toStruct(value: object): JsonObject {
  return structuredClone(value) as JsonObject
}
