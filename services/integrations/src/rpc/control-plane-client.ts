import { clientTracing } from '@chainloop/kit/rpc/tracing'
import {
  type ClaimResponse,
  DeliveryService,
  PluginService,
} from '@chainloop/proto/internal/v1/delivery_service'
import { type Interceptor, createClient } from '@connectrpc/connect'
import { Http2SessionManager, createGrpcTransport } from '@connectrpc/connect-node'

import type { ClaimAnswer, ControlPlane } from '../control-plane.ts'
import type { PluginDescription } from '../host/description.ts'
import type { TaskControlPlane } from '../tasks/plugin-task.ts'
import { toClaimedDelivery } from './claimed-delivery.ts'
import { pluginTaskClient } from './plugin-task-client.ts'

export interface ControlPlaneOptions {
  /** Of the control plane's internal listener. */
  readonly url: string
  readonly token: string
}

const callTimeoutMs = 15_000
/** The control plane accepts attestations of 32 MiB. */
const maxClaimBytes = 64 << 20

export function controlPlaneClient({
  url,
  token,
}: ControlPlaneOptions): ControlPlane & TaskControlPlane & Disposable {
  const sessions = new Http2SessionManager(url, { pingIntervalMs: 30_000, pingTimeoutMs: 10_000 })
  const transport = createGrpcTransport({
    baseUrl: url,
    sessionManager: sessions,
    defaultTimeoutMs: callTimeoutMs,
    readMaxBytes: maxClaimBytes,
    // Within a data centre compressing costs more than it saves.
    acceptCompression: [],
    interceptors: [clientTracing(), bearer(token)],
  })
  const deliveries = createClient(DeliveryService, transport)
  const plugins = createClient(PluginService, transport)

  return {
    ...pluginTaskClient(transport),
    async *claim(jobs) {
      const wanted = jobs.map(({ id: jobId, deliveryId }) => ({ jobId, deliveryId }))
      for await (const response of deliveries.claim({ jobs: wanted })) yield toAnswer(response)
    },
    async *readMaterial({ id: jobId, deliveryId }, { digest, signal }) {
      // A stream that nobody reads to its end must be left, or the server keeps it open.
      const left = new AbortController()
      const request = { deliveryId, jobId, digest }
      const until = AbortSignal.any([signal, left.signal])
      try {
        const stream = deliveries.readMaterial(request, { signal: until, timeoutMs: 0 })
        for await (const { data } of stream) yield data
      } finally {
        left.abort()
      }
    },
    async report(reports) {
      await deliveries.reportAttempts({
        reports: reports.map(({ job, report: { durationMs, retryAfterMs, ...report } }) => ({
          ...report,
          deliveryId: job.deliveryId,
          jobId: job.id,
          durationMs: BigInt(durationMs),
          retryAfterMs: BigInt(Math.ceil(retryAfterMs)),
        })),
      })
    },
    async announce(announced) {
      await plugins.announce({ plugins: announced.map(toMessage) })
    },
    [Symbol.dispose]: () => sessions.abort(),
  }
}

function bearer(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set('authorization', `Bearer ${token}`)
    return next(request)
  }
}

function toAnswer(response: ClaimResponse): ClaimAnswer {
  const { jobId, refused, nothingToDo } = response
  if (refused) return { jobId, kind: 'refused' }
  if (nothingToDo) return { jobId, kind: 'nothing' }
  return { jobId, kind: 'claimed', delivery: toClaimedDelivery(response) }
}

function toMessage(plugin: PluginDescription): {
  id: string
  version: string
  description: string
  registrationSchema: Uint8Array<ArrayBuffer>
  attachmentSchema: Uint8Array<ArrayBuffer>
  subscribedMaterials: string[]
  validatesRegistration: boolean
  validatesAttachment: boolean
} {
  const { id, version, description } = plugin
  return {
    id,
    version,
    description,
    registrationSchema: Buffer.from(JSON.stringify(plugin.registrationSchema)),
    attachmentSchema: Buffer.from(JSON.stringify(plugin.attachmentSchema)),
    subscribedMaterials: [...plugin.subscribedMaterials],
    validatesRegistration: plugin.validatesRegistration,
    validatesAttachment: plugin.validatesAttachment,
  }
}
