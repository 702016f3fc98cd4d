import { Gauge, type Registry } from 'prom-client'

import type { Context } from '../context.ts'
import * as statuses from './fan-out-status-repo.ts'
import type { FanOutStatus } from './fan-out-status.ts'

type Labels = 'organization' | 'integration' | 'plugin'

interface Measure {
  readonly name: string
  readonly help: string
  /** Undefined: no sample. */
  readonly value: (status: FanOutStatus) => number | undefined
}

const measures: readonly Measure[] = [
  {
    name: 'chainloop_deliveries_pending',
    help: 'Deliveries that were not made yet',
    value: ({ pending }) => pending,
  },
  {
    name: 'chainloop_deliveries_held',
    help: 'Pending deliveries that are held back: paused, broken, in order, behind a backlog or a rate',
    value: ({ held }) => held,
  },
  {
    name: 'chainloop_deliveries_oldest_pending_seconds',
    help: 'Age of the oldest pending delivery; 0 when nothing is pending',
    value: ({ oldestPendingAt }) =>
      oldestPendingAt ? Math.max(0, (Date.now() - oldestPendingAt.getTime()) / 1000) : 0,
  },
  {
    name: 'chainloop_deliveries_failed_recently',
    help: 'Deliveries that were given up in the last hour',
    value: ({ failed }) => failed,
  },
  {
    name: 'chainloop_deliveries_success_ratio',
    help: 'Delivered, of all attempts that ended in the last hour; absent when there was none',
    value: ({ successRate }) => successRate,
  },
  {
    name: 'chainloop_deliveries_latency_p95_seconds',
    help: 'From the attestation to its delivery, 95th percentile of the last hour',
    value: ({ p95LatencyMs }) => (p95LatencyMs === undefined ? undefined : p95LatencyMs / 1000),
  },
  {
    name: 'chainloop_integration_broken',
    help: '1 while the circuit breaker of a registration is open',
    value: ({ state }) => (state === 'broken' ? 1 : 0),
  },
  {
    name: 'chainloop_integration_paused',
    help: '1 while a registration is paused',
    value: ({ state }) => (state === 'paused' ? 1 : 0),
  },
]

/** One question to the database for all of them, and not for every scrape. */
const freshMs = 10_000

/** What `integration status` shows, of every organization. */
export function fanOutMetrics(registry: Registry, { db }: Pick<Context, 'db'>): void {
  let asked = 0
  let known: ReturnType<typeof statuses.list> | undefined
  const current = (): ReturnType<typeof statuses.list> => {
    if (known && Date.now() - asked < freshMs) return known
    asked = Date.now()
    known = statuses.list(db, { organizationId: undefined })
    known.catch(() => (known = undefined))
    return known
  }
  for (const { name, help, value } of measures) {
    const gauge = new Gauge<Labels>({
      name,
      help,
      labelNames: ['organization', 'integration', 'plugin'],
      registers: [],
      async collect() {
        this.reset()
        for (const status of await current()) {
          const measured = value(status)
          const { organization, integrationName: integration, pluginId: plugin } = status
          if (measured !== undefined) this.set({ organization, integration, plugin }, measured)
        }
      },
    })
    registry.registerMetric(gauge)
  }
}
