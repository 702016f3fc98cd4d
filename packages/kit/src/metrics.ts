import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

export interface MetricsOptions {
  readonly service: string
  readonly version: string
  /** Memory, CPU and event loop of this process; false where another service of the process shows them. */
  readonly process?: boolean
}

/** A registry of its own per service, so that several fit into one process. */
export function createMetrics({ service, version, process = true }: MetricsOptions): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  if (process) collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'chainloop_build_info',
    help: 'Always 1; the labels say what runs',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
  return registry
}
