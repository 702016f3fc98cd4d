import { attachmentSchemaWith } from '@chainloop/plugin-sdk/attachment-settings'
import { DeliveryError, type ErrorClass } from '@chainloop/plugin-sdk/delivery-error'
import { secretsOf } from '@chainloop/plugin-sdk/settings'
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from '@chainloop/proto/grpc/health/v1/health'
import {
  type DescribeResponse,
  PluginService,
} from '@chainloop/proto/integrations/v1/plugin_service'
import { Code, ConnectError, type Transport, createClient } from '@connectrpc/connect'
import { Http2SessionManager, createGrpcTransport } from '@connectrpc/connect-node'
import { z } from 'zod'

import { toDeliveryError } from '../dispatch/failure.ts'
import { type PluginDescription, descriptionShape } from '../host/description.ts'
import type { HostedPlugin } from '../host/hosted-plugin.ts'
import { factsShape } from '../host/results.ts'
import { deliverRemotely, toMessage, toStruct } from './remote-delivery.ts'

const describeTimeoutMs = 5_000
const healthTimeoutMs = 2_000
/** How long a healthy answer is believed. */
const healthyMs = 5_000

/**
 * A plugin that another process serves at a `grpc://` (without encryption) or `grpcs://` address. It is asked whether it
 * is well before it gets work.
 */
export async function openRemotePlugin(address: string): Promise<HostedPlugin> {
  const baseUrl = address.replace(/^grpc/, 'http')
  const sessionManager = new Http2SessionManager(baseUrl, {
    pingIntervalMs: 30_000,
    pingTimeoutMs: 10_000,
  })
  const transport = createGrpcTransport({ baseUrl, sessionManager })
  try {
    return await remotePlugin(transport, () => sessionManager.abort())
  } catch (cause) {
    sessionManager.abort()
    throw cause
  }
}

async function remotePlugin(transport: Transport, close: () => void): Promise<HostedPlugin> {
  const plugin = createClient(PluginService, transport)
  const beWell = healthCheck(transport)
  await beWell()
  const description = toDescription(await plugin.describe({}, { timeoutMs: describeTimeoutMs }))

  async function whenWell<T>(call: () => Promise<T>): Promise<T> {
    try {
      await beWell()
      return await call()
    } catch (cause) {
      throw toRemoteError(cause)
    }
  }

  return {
    ...description,
    deliver: (request) => whenWell(() => deliverRemotely(plugin, request)),
    validate: ({ registration, attachment, signal }) =>
      whenWell(async () => {
        const { problem, facts } = await plugin.validate(
          {
            registration: toStruct(registration),
            ...(attachment && { attachment: toStruct(attachment) }),
          },
          { signal },
        )
        if (problem !== '') throw new DeliveryError('permanent', problem)
        return factsShape.parse(facts)
      }),
    preview: (request) =>
      whenWell(async () => {
        const { signal } = request
        const { messages } = await plugin.preview({ delivery: toMessage(request) }, { signal })
        return messages.map(({ target, headers, body }) => ({ target, headers, body }))
      }),
    [Symbol.asyncDispose]: async () => close(),
  }
}

/** Throws unless the plugin says that it serves. */
function healthCheck(transport: Transport): () => Promise<void> {
  const health = createClient(Health, transport)
  let wellUntil = 0

  async function ask(service: string): Promise<Status> {
    const { status } = await health.check({ service }, { timeoutMs: healthTimeoutMs })
    return status
  }

  return async () => {
    if (Date.now() < wellUntil) return
    const status = await ask(PluginService.typeName).catch((cause: unknown) => {
      if (ConnectError.from(cause).code === Code.NotFound) return ask('')
      throw cause
    })
    if (status !== Status.SERVING) {
      throw new DeliveryError('throttled', 'the plugin says that it does not serve', {
        retryAfterMs: healthyMs,
      })
    }
    wellUntil = Date.now() + healthyMs
  }
}

const schemaShape = z.record(z.string(), z.unknown())

function toDescription(given: DescribeResponse): PluginDescription {
  const { id, version, description, subscribedMaterials, texts } = given
  const registrationSchema = schemaShape.parse(JSON.parse(given.registrationSchema))
  const attachmentSchema = schemaShape.parse(JSON.parse(given.attachmentSchema))
  return descriptionShape.parse({
    id,
    version,
    description,
    subscribedMaterials,
    registrationSchema,
    attachmentSchema: attachmentSchemaWith(id, attachmentSchema, texts),
    secretSettings: secretsOf(registrationSchema),
    texts: Object.keys(texts),
    validatesRegistration: given.validatesRegistration,
    validatesAttachment: given.validatesAttachment,
  })
}

/** What the same call would end with again. */
const permanent: ReadonlySet<Code> = new Set([
  Code.InvalidArgument,
  Code.PermissionDenied,
  Code.Unauthenticated,
  Code.NotFound,
  Code.FailedPrecondition,
  Code.Unimplemented,
])

function toRemoteError(cause: unknown): DeliveryError {
  if (!(cause instanceof ConnectError)) return toDeliveryError(cause)
  return new DeliveryError(classOf(cause.code), `the plugin: ${cause.rawMessage}`, { cause })
}

function classOf(code: Code): ErrorClass {
  if (code === Code.ResourceExhausted) return 'throttled'
  return permanent.has(code) ? 'permanent' : 'retryable'
}
