import type { Actor } from '@chainloop/controlplane/auth/actor'
import {
  type ListCall,
  listCalls,
  PAGE_SIZE,
} from '@chainloop/controlplane/testing/scale/list-calls'
import type { ListWorld } from '@chainloop/controlplane/testing/scale/list-world'

import type { Row } from '../row.ts'
import { quantile } from './quantile.ts'

const ROUNDS = 9

interface Measured {
  readonly procedure: string
  readonly title: string
  readonly milliseconds: number
  /** Of the page by primary keys, asked for in between. */
  readonly baseline: number
  readonly scanned: readonly string[]
}

/** The page of every list that is slowest beside the same number of runs looked up by their primary keys. */
export async function measureLists(world: ListWorld): Promise<readonly Row[]> {
  const measured: Measured[] = []
  for (const [name, caller] of Object.entries(world.callers)) {
    for (const call of listCalls(world.largest)) {
      const one = await measure(world, caller, call)
      if (one) measured.push({ ...one, title: `${name}: ${call.title}` })
    }
  }
  return [...Map.groupBy(measured, ({ procedure }) => procedure)].map(([procedure, calls]) =>
    rowOf(procedure, calls),
  )
}

/** Undefined: the caller may not. */
async function measure(
  world: ListWorld,
  caller: Actor,
  call: ListCall,
): Promise<Measured | undefined> {
  const [times, baselines]: [number[], number[]] = [[], []]
  const scanned = new Set<string>()
  for (let round = 0; round < ROUNDS; round += 1) {
    const { queries, outcome } = await world.ask(caller, call)
    if (outcome !== 'yes') return undefined
    times.push(queries.reduce((sum, { milliseconds }) => sum + milliseconds, 0))
    baselines.push(await world.primaryKeyPage(PAGE_SIZE))
    for (const query of round === 0 ? queries : []) {
      for (const table of await world.scannedWhole(query)) scanned.add(table)
    }
  }
  const [milliseconds, baseline] = [quantile(times, 0.5), quantile(baselines, 0.5)]
  return { ...call, milliseconds, baseline, scanned: [...scanned] }
}

function ratio({ milliseconds, baseline }: Measured): number {
  return milliseconds / baseline
}

function rowOf(procedure: string, calls: readonly Measured[]): Row {
  const slowest = calls.toSorted((one, other) => ratio(other) - ratio(one))[0]
  const beyond = calls.filter((one) => ratio(one) > 3)
  const scanned = [...new Set(calls.flatMap((call) => call.scanned))]
  const notes = [
    `slowest of ${calls.length}: ${slowest?.title ?? ''}`,
    ...(beyond.length > 0 ? [`beyond 3: ${beyond.map(({ title }) => title).join('; ')}`] : []),
    ...(scanned.length > 0 ? [`small tables read whole: ${scanned.join(', ')}`] : []),
  ]
  return {
    what: procedure.split('.').at(-1) ?? procedure,
    measured: { value: slowest?.milliseconds ?? 0, unit: 'ms' },
    baseline: `${PAGE_SIZE} runs by primary key`,
    reference: { value: slowest?.baseline ?? 0, unit: 'ms' },
    better: 'lower',
    note: notes.join('; '),
  }
}
