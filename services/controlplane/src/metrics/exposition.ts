/** A metric of an exposition; all its samples have the same labels. */
export type Metric = GaugeMetric | HistogramMetric

export interface GaugeMetric {
  readonly type: 'gauge'
  readonly name: string
  readonly help: string
  readonly samples: readonly { readonly labels: Labels; readonly value: number }[]
}

export interface HistogramMetric {
  readonly type: 'histogram'
  readonly name: string
  readonly help: string
  /** Upper bounds, rising, without the infinite one. */
  readonly bounds: readonly number[]
  readonly samples: readonly HistogramSample[]
}

export interface HistogramSample {
  readonly labels: Labels
  /** For each bound, how many were at most that. */
  readonly atMost: readonly number[]
  readonly count: number
  readonly sum: number
}

export type Labels = Readonly<Record<string, string>>

export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8'
export const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/**
 * Metrics that were computed elsewhere, in the text format that both Prometheus 0.0.4 and OpenMetrics 1.0 read
 * (the latter wants an end). prom-client only shows what it has counted itself.
 */
export function expose(metrics: readonly Metric[], format: string): string {
  const lines = metrics.flatMap((metric) => [
    `# HELP ${metric.name} ${metric.help}`,
    `# TYPE ${metric.name} ${metric.type}`,
    ...(metric.type === 'gauge' ? gauge(metric) : histogram(metric)),
  ])
  return `${[...lines, ...(format === OPEN_METRICS ? ['# EOF'] : [])].join('\n')}\n`
}

function gauge({ name, samples }: GaugeMetric): string[] {
  return samples.map(({ labels, value }) => `${name}${labelled(labels)} ${value}`)
}

function histogram({ name, bounds, samples }: HistogramMetric): string[] {
  return samples.flatMap(({ labels, atMost, count, sum }) => [
    ...bounds.map(
      (bound, at) =>
        `${name}_bucket${labelled({ ...labels, le: String(bound) })} ${atMost[at] ?? 0}`,
    ),
    `${name}_bucket${labelled({ ...labels, le: '+Inf' })} ${count}`,
    `${name}_sum${labelled(labels)} ${sum}`,
    `${name}_count${labelled(labels)} ${count}`,
  ])
}

function labelled(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
}
