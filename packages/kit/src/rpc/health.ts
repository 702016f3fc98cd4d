import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

import type { DescService } from '@bufbuild/protobuf'
import {
  HealthCheckResponse_ServingStatus as Status,
  type Health as HealthService,
} from '@chainloop/proto/grpc/health/v1/health'
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect'

import type { Health } from '../health.ts'

const WATCH_INTERVAL_MS = 5000

/** `grpc.health.v1.Health` over a service's readiness; '' is the whole server, which all its services share. */
export function healthService(
  health: Health,
  services: readonly DescService[],
  watchIntervalMs: number = WATCH_INTERVAL_MS,
): ServiceImpl<typeof HealthService> {
  const names = new Set(['', ...services.map((service) => service.typeName)])

  async function status(): Promise<Status> {
    const { ready } = await health.report()
    return ready ? Status.SERVING : Status.NOT_SERVING
  }

  return {
    async check({ service }) {
      if (!names.has(service)) throw new ConnectError(`unknown service ${service}`, Code.NotFound)
      return { status: await status() }
    },
    async *watch({ service }, { signal }) {
      let last: Status | undefined
      while (!signal.aborted) {
        const now = names.has(service) ? await status() : Status.SERVICE_UNKNOWN
        if (now !== last) yield { status: now }
        last = now
        if (health.stopping) return
        await nextLook(health, signal, watchIntervalMs)
      }
    },
  }
}

/** Resolves when something may have changed; never rejects. */
async function nextLook(health: Health, signal: AbortSignal, intervalMs: number): Promise<void> {
  const looked = new AbortController()
  const either = AbortSignal.any([signal, looked.signal])
  await Promise.race([
    once(health.events, 'change', { signal: either }).catch(() => {}),
    sleep(intervalMs, undefined, { signal: either, ref: false }).catch(() => {}),
  ])
  looked.abort()
}
