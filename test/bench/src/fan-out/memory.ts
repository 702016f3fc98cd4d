import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

import type { Restartable } from '@chainloop/e2e/world/restartable'

import type { Row } from '../row.ts'
import type { FanOutBench } from './measure-fan-out.ts'
import { insertPending } from './pending-jobs.ts'
import { prepare, timedStore } from './prepared-store.ts'

const pending = Number(process.env['CHAINLOOP_BENCH_PENDING'] ?? 1_000_000)
const watchedMs = 20_000

/** What a million jobs cost those who work on them. */
export async function pendingMemory(bench: FanOutBench): Promise<readonly Row[]> {
  const { cluster, receiver, databaseUrl } = bench
  const one = await bench.attached(1)
  const others = await bench.attached(1)
  await Promise.all(cluster.workers.map((worker) => worker.kill()))
  const [first, second] = await prepare(one.declared, one.honest, 2)
  await Promise.all(cluster.workers.map((worker) => worker.start()))
  if (first) await timedStore(first)
  await delay(watchedMs / 4)
  const before = await peaks(cluster)
  await Promise.all(cluster.workers.map((worker) => worker.kill()))
  if (second) await timedStore(second)
  await insertPending(databaseUrl, pending)
  const arrived = receiver.arrivals.length
  await Promise.all(cluster.workers.map((worker) => worker.start()))
  await receiver.arrived(arrived + 1)
  const began = performance.now()
  await delay(watchedMs)
  const perSecond = (receiver.arrivals.length - arrived) / ((performance.now() - began) / 1000)
  const waited = await latencyBeside(bench, others)
  const after = await peaks(cluster)
  const note = `${perSecond.toFixed(0)} deliveries/s meanwhile; an attestation to another target arrived after ${waited.toFixed(0)} ms`
  return (['worker', 'controlPlane'] as const).map((which) => ({
    what: `peak memory of ${which === 'worker' ? 'a worker' : 'the control plane'}, ${pending.toLocaleString('en')} pending`,
    measured: { value: after[which], unit: 'MiB' },
    baseline: 'one job',
    reference: { value: before[which], unit: 'MiB' },
    better: 'lower' as const,
    note,
  }))
}

async function latencyBeside(
  { receiver }: FanOutBench,
  { declared, honest, paths }: Awaited<ReturnType<FanOutBench['attached']>>,
): Promise<number> {
  const [one] = await prepare(declared, honest, 1)
  if (!one) return 0
  const { at, digest } = await timedStore(one)
  for (;;) {
    const found = receiver.arrivals.find(
      (arrival) => arrival.digest === digest && arrival.path === paths[0],
    )
    if (found) return found.at - at
    await delay(5)
  }
}

async function peaks({
  workers,
  controlPlane,
}: FanOutBench['cluster']): Promise<{ worker: number; controlPlane: number }> {
  const [worker = 0] = (await Promise.all(workers.map(peakOf))).toSorted((a, b) => b - a)
  return { worker, controlPlane: await peakOf(controlPlane) }
}

/** The most that was ever resident, in MiB. */
async function peakOf({ pid }: Restartable): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}
