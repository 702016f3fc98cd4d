import { setTimeout as delay } from 'node:timers/promises'

import type { Row } from '../row.ts'
import type { Attached, FanOutBench } from './measure-fan-out.ts'
import { prepare, quantile, timedStore } from './prepared-store.ts'

interface Delivered {
  readonly path: string
  /** From the answer of Store to the arrival. */
  readonly ms: number
}

const queued = 150

/** The queue is filled first, then both workers start. */
export async function throughput(bench: FanOutBench): Promise<Row> {
  const { cluster, receiver } = bench
  const twenty = await bench.attached(20)
  const prepared = await prepare(twenty.declared, twenty.honest, queued)
  await Promise.all(cluster.workers.map((worker) => worker.kill()))
  const before = receiver.arrivals.length
  for (const one of prepared) await timedStore(one)
  const count = queued * twenty.paths.length
  await Promise.all(cluster.workers.map((worker) => worker.start()))
  await receiver.arrived(before + count)
  const times = receiver.arrivals.slice(before).map(({ at }) => at)
  // The first second is that of a process that has just started.
  const from = (times[0] ?? 0) + 1000
  const counted = times.filter((at) => at >= from)
  const seconds = ((times.at(-1) ?? 0) - from) / 1000
  return {
    what: 'deliveries, two workers, no-op receiver (≥ 300/s)',
    measured: { value: counted.length / seconds, unit: '/s' },
    baseline: 'the bar',
    reference: { value: 300, unit: '/s' },
    better: 'higher',
    note: `${count} to ${twenty.paths.length} targets, all of them: ${(count / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000)).toFixed(0)}/s`,
  }
}

const samples = 40

/** One attestation after the other, with pauses in which nothing happens. */
export async function idle(bench: FanOutBench): Promise<Row> {
  const one = await bench.attached(1)
  const delivered = await storeSlowly(bench, one, { count: samples, pauseMs: 150 })
  const times = delivered.map(({ ms }) => ms)
  return {
    what: 'first attempt after Store when idle, p95 (≤ 1 s)',
    measured: { value: quantile(times, 0.95), unit: 'ms' },
    baseline: 'the bar',
    reference: { value: 1000, unit: 'ms' },
    better: 'lower',
    note: `median ${quantile(times, 0.5).toFixed(0)} ms of ${samples}`,
  }
}

const rounds = 30

/** What the other 49 of 50 targets notice of one that never answers. */
export async function blackHole(bench: FanOutBench): Promise<Row> {
  const all = await bench.attached(50)
  const [hole = ''] = all.paths
  const slowly = { count: rounds, pauseMs: 400 }
  await storeSlowly(bench, all, { count: 5, pauseMs: 400 })
  const without = await storeSlowly(bench, all, slowly)
  bench.receiver.blackHoles.add(hole)
  const withHole = await storeSlowly(bench, all, { ...slowly, missing: 1 })
  const p95 = (delivered: readonly Delivered[]): number =>
    quantile(
      delivered.filter(({ path }) => path !== hole).map(({ ms }) => ms),
      0.95,
    )
  return {
    what: 'p95 of 49 targets beside a black hole (≤ 1.2)',
    measured: { value: p95(withHole), unit: 'ms' },
    baseline: 'p95 of 49 beside a good one',
    reference: { value: p95(without), unit: 'ms' },
    better: 'lower',
    note: `${rounds} attestations to 50 targets each, one each ${slowly.pauseMs} ms`,
  }
}

async function storeSlowly(
  { receiver }: FanOutBench,
  { declared, honest, paths }: Attached,
  how: { readonly count: number; readonly pauseMs: number; readonly missing?: number },
): Promise<Delivered[]> {
  const prepared = await prepare(declared, honest, how.count)
  const before = receiver.arrivals.length
  const stored = new Map<string, number>()
  for (const one of prepared) {
    const { digest, at } = await timedStore(one)
    stored.set(digest, at)
    await delay(how.pauseMs)
  }
  await receiver.arrived(before + how.count * (paths.length - (how.missing ?? 0)))
  return receiver.arrivals.slice(before).flatMap(({ path, digest, at }) => {
    const since = stored.get(digest)
    return since === undefined ? [] : [{ path, ms: at - since }]
  })
}
