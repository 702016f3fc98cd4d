import type { ListWorld } from '@chainloop/controlplane/testing/scale/list-world'

import type { Row } from '../row.ts'
import { quantile } from './quantile.ts'

const ROUNDS = 500

/** What finding out who calls costs each call, until the use case begins. */
export async function measureChecks(world: ListWorld): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [who, authenticate] of Object.entries(await world.credentials())) {
    const [checks, roundTrips]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round += 1) {
      checks.push(await timed(authenticate))
      roundTrips.push(await timed(() => world.roundTrip()))
    }
    rows.push({
      what: `token and membership check, ${who}`,
      measured: { value: quantile(checks, 0.5), unit: 'ms' },
      baseline: '`select 1`',
      reference: { value: quantile(roundTrips, 0.5), unit: 'ms' },
      better: 'lower',
      note: `p50 of ${ROUNDS}, at most 1 ms is the target; p99 ${quantile(checks, 0.99).toFixed(2)} ms`,
    })
  }
  return rows
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
