import { Counter, Histogram, type Registry } from 'prom-client'

import type { AttemptReport } from './control-plane.ts'

/** Counts attempts by plugin and outcome, and how long they take. */
export function attemptMetrics(
  registry: Registry,
): (pluginId: string, report: AttemptReport) => void {
  const attempts = new Counter({
    name: 'chainloop_delivery_attempts_total',
    help: 'Attempts to deliver an attestation',
    labelNames: ['plugin', 'outcome'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'chainloop_delivery_attempt_duration_seconds',
    help: 'Duration of one attempt',
    labelNames: ['plugin'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [registry],
  })
  return (plugin, { outcome, durationMs }) => {
    attempts.inc({ plugin, outcome })
    duration.observe({ plugin }, durationMs / 1000)
  }
}
