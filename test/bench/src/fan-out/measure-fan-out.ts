import { attachReceivers } from '@chainloop/e2e/world/attach-receivers'
import { type Attested, attest } from '@chainloop/e2e/world/attest'
import { temporaryDatabase } from '@chainloop/e2e/world/database'
import { type FanOutCluster, startFanOutCluster } from '@chainloop/e2e/world/fan-out-cluster'
import { temporaryFolder } from '@chainloop/e2e/world/folder'
import { type DeclaredWorkflow, declareWorkflow } from '@chainloop/e2e/world/workflow'

import type { Row } from '../row.ts'
import { renderTable } from '../table.ts'
import { blackHole, idle, throughput } from './deliveries.ts'
import { pendingMemory } from './memory.ts'
import { type NoOpReceiver, startNoOpReceiver } from './no-op-receiver.ts'
import { prepare, quantile, timedStore } from './prepared-store.ts'

/** Workers, a control plane and receivers, as processes on PostgreSQL. */
export interface FanOutBench {
  readonly cluster: FanOutCluster
  readonly receiver: NoOpReceiver
  readonly databaseUrl: string
  /** A workflow whose attestations go to so many targets of their own. */
  attached(targets: number): Promise<Attached>
}

export interface Attached {
  readonly declared: DeclaredWorkflow
  readonly honest: Attested
  readonly paths: readonly string[]
}

/** The bars are those of the fan-out: what Store pays, how fast and how soon it is delivered, and who suffers for whom. */
export function measureFanOut(): Promise<readonly Row[]> {
  return withFanOut(async (bench) => {
    const rows: Row[] = []
    for (const measure of [storeCost, throughput, idle, blackHole]) {
      const row = await measure(bench)
      process.stderr.write(`${renderTable([row])}\n`)
      rows.push(row)
    }
    return rows
  })
}

/** With a million jobs. */
export function measureBacklog(): Promise<readonly Row[]> {
  return withFanOut(pendingMemory)
}

async function withFanOut<T>(measure: (bench: FanOutBench) => Promise<T>): Promise<T> {
  const server = process.env['TEST_DATABASE_URL']
  if (server === undefined) throw new Error('the fan-out is measured on PostgreSQL')
  await using stack = new AsyncDisposableStack()
  const { url: databaseUrl } = stack.use(await temporaryDatabase(server))
  const receiver = stack.use(await startNoOpReceiver())
  const env = { CHAINLOOP_EGRESS_ALLOW: '127.0.0.1' }
  const cluster = stack.use(await startFanOutCluster({ databaseUrl, env }))
  const folder = stack.use(await temporaryFolder()).path
  let workflows = 0
  // Awaited here: everything goes when this function returns.
  return await measure({
    cluster,
    receiver,
    databaseUrl,
    async attached(targets) {
      workflows += 1
      const declared = await declareWorkflow(cluster)
      const honest = await attest(declared, folder)
      const paths = Array.from({ length: targets }, (_, at) => `/${workflows}/${at}`)
      await attachReceivers(
        cluster.operator,
        declared,
        paths.map((path) => `${receiver.url}${path}`),
      )
      return { declared, honest, paths }
    },
  })
}

const stores = 100

/** Workers are stopped meanwhile: what they do costs, too, but at another time. */
async function storeCost(bench: FanOutBench): Promise<Row> {
  const { workers } = bench.cluster
  const none = await bench.attached(0)
  const twenty = await bench.attached(20)
  await Promise.all(workers.map((worker) => worker.kill()))
  const prepared = {
    none: await prepare(none.declared, none.honest, stores),
    twenty: await prepare(twenty.declared, twenty.honest, stores),
  }
  const took = { none: [] as number[], twenty: [] as number[] }
  for (let at = 0; at < stores; at += 1) {
    for (const which of ['none', 'twenty'] as const) {
      const one = prepared[which][at]
      if (one) took[which].push((await timedStore(one)).ms)
    }
  }
  await Promise.all(workers.map((worker) => worker.start()))
  await bench.receiver.arrived(stores * twenty.paths.length)
  return {
    what: 'Store with 20 attachments (≤ 2)',
    measured: { value: quantile(took.twenty, 0.5), unit: 'ms' },
    baseline: 'Store with none',
    reference: { value: quantile(took.none, 0.5), unit: 'ms' },
    better: 'lower',
    note: `medians of ${stores}, in turn`,
  }
}
