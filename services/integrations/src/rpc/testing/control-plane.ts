import { silentLogger } from '@chainloop/kit/logger'
import { bearerToken } from '@chainloop/kit/rpc/bearer'
import { serve } from '@chainloop/kit/serve'
import {
  DeliveryService,
  PluginService,
  type AttemptReport,
} from '@chainloop/proto/internal/v1/delivery_service'
import { Code, ConnectError } from '@connectrpc/connect'

import { exampleBundle } from '../../testing/attestation.ts'

export interface StandInOptions {
  readonly token: string
  /** Where the webhook of every delivery points. */
  readonly target: string
  /** What becomes of the job of a reported attempt. */
  readonly settle: (report: AttemptReport) => Promise<void>
}

export interface StandIn extends AsyncDisposable {
  readonly url: string
  readonly announced: readonly string[]
  readonly reports: readonly AttemptReport[]
  /** Resolves when that many reports have come. */
  reported(count: number): Promise<void>
}

/** The internal listener of a control plane that gives every claim a webhook to deliver to. */
export async function startControlPlane({
  token,
  target,
  settle,
}: StandInOptions): Promise<StandIn> {
  const announced: string[] = []
  const reports: AttemptReport[] = []
  const waiting: { count: number; heard: () => void }[] = []
  const attempts = new Map<string, number>()

  const server = await serve({
    log: silentLogger,
    graceMs: 1000,
    internal: {
      port: 0,
      rpc: {
        gate: ({ requestHeader }) => {
          if (bearerToken(requestHeader) === token) return
          throw new ConnectError('who are you', Code.Unauthenticated)
        },
        routes: (router) => {
          router.service(PluginService, {
            announce({ plugins }) {
              announced.push(...plugins.map(({ id }) => id))
              return {}
            },
          })
          router.service(DeliveryService, {
            async *claim({ jobs }) {
              for (const { deliveryId, jobId } of jobs) {
                const attempt = (attempts.get(deliveryId) ?? 0) + 1
                attempts.set(deliveryId, attempt)
                yield {
                  jobId,
                  attempt,
                  pluginId: 'webhook',
                  bundle: exampleBundle.slice(),
                  registrationConfig: { url: `${target}/${deliveryId}` },
                  registrationCredentials: Buffer.from('{"authorization":"Bearer t"}'),
                  idempotencyKey: `key-${deliveryId}`,
                }
              }
            },
            async reportAttempts(request) {
              for (const report of request.reports) await settle(report)
              reports.push(...request.reports)
              for (const { count, heard } of waiting) if (reports.length >= count) heard()
              return {}
            },
          })
        },
      },
    },
  })

  return {
    url: server.addresses.internal,
    announced,
    reports,
    reported: (count) =>
      new Promise((heard) => {
        if (reports.length >= count) heard()
        else waiting.push({ count, heard })
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
