import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { openTestDatabase } from '../database.ts'
import { listCalls } from './list-calls.ts'
import { type ListWorld, openListWorld } from './list-world.ts'
import { seedScale } from './seed.ts'

/** Lists that are not seeded: as long as what they belong to, or made by hand. */
const FEW: Readonly<Record<string, string>> = {
  'contracts.v1.ContractDocumentService/List': 'the documents of one contract revision',
  'deliveries.v1.DeliveryService/ListReplays': 'replays that people have started',
  'builders.v1.BuilderService/List': 'builders that an organization trusts',
  'provenance.v1.ProvenanceService/List': 'what was issued for one digest',
  'summaries.v1.VerificationSummaryService/List': 'what was issued for one digest or run',
  'policies.v1.PolicyService/List': 'policies that an organization keeps',
  'policies.v1.PolicyService/ListDefaults': 'policies that hold everywhere',
  'policies.v1.PolicyExceptionService/List': 'exceptions that people have asked for',
  'referrers.v1.SharingService/List': 'organizations that share',
  'quotas.v1.QuotaService/List': 'one for each resource',
  'transparency.v1.LogService/ListRunEvents': 'what was logged of one run',
}
/** Tables that are read whole on purpose. */
const WHOLE: ReadonlySet<string> = new Set(['integration_plugins'])

const onServer = process.env['TEST_DATABASE_URL'] ? test : test.skip

const stack = new AsyncDisposableStack()
let world: ListWorld
beforeAll(async () => {
  if (process.env['TEST_DATABASE_URL'] === undefined) return
  const database = stack.use(await openTestDatabase())
  await seedScale(database.db, { runs: 15_000, organizations: 400 })
  world = stack.use(await openListWorld(database.url ?? ''))
})
afterAll(() => stack.disposeAsync())

onServer('no list and no filter reads a table from end to end, whoever asks', async () => {
  const found: string[] = []
  for (const [name, caller] of Object.entries(world.callers)) {
    for (const call of listCalls(world.largest)) {
      const { queries, outcome, answer } = await world.ask(caller, call)
      if (name === 'owner') expect([call.procedure, call.title, outcome, answer]).toContain('yes')
      for (const query of queries) {
        const scanned = (await world.scannedWhole(query)).filter((table) => !WHOLE.has(table))
        if (scanned.length > 0) found.push(`${call.procedure}, ${call.title}: ${scanned.join()}`)
      }
    }
  }

  expect(found).toEqual([])
})

onServer('every list of the API is among them', () => {
  const asked = new Set(listCalls(world.largest).map(({ procedure }) => procedure))
  const left = world.lists.filter((name) => !asked.has(name) && !(name in FEW))

  expect(left).toEqual([])
})

onServer('a page of runs takes five queries at most, however many runs there are', async () => {
  const { callers, largest } = world
  const runs = listCalls(largest).filter(({ procedure }) => procedure.endsWith('RunService/List'))
  for (const call of runs) {
    const { queries } = await world.ask(callers.owner, call)

    expect(queries.length).toBeLessThanOrEqual(5)
  }
})
