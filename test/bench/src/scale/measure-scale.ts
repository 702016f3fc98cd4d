import { migrate } from '@chainloop/controlplane/db/migrate'
import { openDatabase } from '@chainloop/controlplane/db/open-database'
import { openListWorld } from '@chainloop/controlplane/testing/scale/list-world'
import { seedScale } from '@chainloop/controlplane/testing/scale/seed'
import { temporaryDatabase } from '@chainloop/e2e/world/database'

import type { Row } from '../row.ts'
import { measureChecks } from './checks.ts'
import { measureLists } from './lists.ts'
import { measureStoreBesideMany } from './store.ts'

/** Runs that are seeded over 200 organizations, a third of them one's: `CHAINLOOP_BENCH_RUNS`, else a million. */
const runs = Number(process.env['CHAINLOOP_BENCH_RUNS'] ?? 1_000_000)

/** Lists, checks and Store of the control plane among many runs, on PostgreSQL; nothing without one. */
export async function measureScale(): Promise<readonly Row[]> {
  const server = process.env['TEST_DATABASE_URL']
  if (server === undefined) return []
  await using database = await temporaryDatabase(server)
  await seed(database.url)
  const rows: Row[] = []
  {
    await using world = await openListWorld(database.url)
    rows.push(...(await measureLists(world)), ...(await measureChecks(world)))
  }
  rows.push(...(await measureStoreBesideMany(database.url)))
  return rows
}

async function seed(url: string): Promise<void> {
  await using database = await openDatabase({ url, poolSize: 2 })
  await migrate(database.db)
  const start = performance.now()
  await seedScale(database.db, { runs, organizations: 200 })
  const seconds = (performance.now() - start) / 1000
  process.stderr.write(`seeded ${runs} runs in ${seconds.toFixed(0)} s\n`)
}
