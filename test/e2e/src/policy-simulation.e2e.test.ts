import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'

import { temporaryDatabase } from './world/database.ts'
import { temporaryFolder } from './world/folder.ts'
import { storedRun } from './world/stored-runs.ts'
import { contract, declareWorkflow, type DeclaredWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const RUNS = 500
/** One in so many has the component that the policy bans. */
const BAD = 10

const POLICY = `apiVersion: chainloop.dev/v1
kind: Policy
metadata: { name: banned }
spec:
  policies:
    - kind: SBOM_CYCLONEDX_JSON
      embedded: |
        package banned
        import rego.v1
        violations contains sprintf("%s is banned", [component.name]) if {
          some component in input.components
          component.name == "left-pad"
        }
`

const { TEST_DATABASE_URL: serverUrl = '' } = process.env
const maybe = serverUrl === '' ? test.skip : test
const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let folder: string
let databaseUrl: string
beforeAll(async () => {
  if (maybe === test.skip) return
  const { url } = stack.use(await temporaryDatabase(serverUrl))
  databaseUrl = url
  const dataDir = stack.use(await temporaryFolder()).path
  world = stack.use(await startWorld({ dataDir, env: { DATABASE_URL: url } }))
  folder = stack.use(await temporaryFolder()).path
  declared = await declareWorkflow(world, { contract })
  const bad = await storedRun(declared, folder, 'left-pad')
  const good = await storedRun(declared, folder, 'right-pad')
  await copyRun((await bad()).runId, RUNS / BAD - 2)
  await copyRun((await good()).runId, RUNS - RUNS / BAD - 2)
})
afterAll(() => stack.disposeAsync())

/** More runs of the same evidence, one a minute: storing each would take the minutes that this is to save. */
async function copyRun(id: string, copies: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(
      `with copy as (select gen_random_uuid() as id, number from generate_series(1, $2::int) number),
        run as (
          insert into runs select (jsonb_populate_record(run, jsonb_build_object(
            'id', copy.id, 'created_at', run.created_at - copy.number * interval '1 minute'))).*
          from runs run, copy where run.id = $1)
      insert into attestations select (jsonb_populate_record(attestation, jsonb_build_object(
        'id', gen_random_uuid(), 'run_id', copy.id, 'digest', 'sha256:copy-' || copy.id))).*
      from attestations attestation, copy where attestation.run_id = $1`,
      [id, copies],
    )
  } finally {
    await client.end()
  }
}

maybe(
  'a policy says of five hundred stored runs which it would have blocked, and blocks none',
  async () => {
    const file = join(folder, 'banned.yaml')
    await writeFile(file, POLICY)
    const args = [
      'policy',
      'simulate',
      '-f',
      file,
      '--contract',
      declared.contract,
      '--since',
      '90d',
    ]
    const told = await world.operator.chainloop([...args, '--output', 'json'])
    const { found, ...numbers }: { found: { blocks: boolean; blocked: boolean }[] } =
      JSON.parse(told)

    const blocks = RUNS / BAD
    expect(numbers).toEqual({
      runs: RUNS,
      judged: RUNS,
      passed: RUNS - blocks,
      violated: blocks,
      unjudged: 0,
      blocks,
      newlyBlocks: blocks,
      noLongerBlocks: 0,
      unreadable: 0,
    })
    expect(found).toHaveLength(blocks)
    expect(found.every(({ blocks: would, blocked }) => would && !blocked)).toBe(true)
    const { result } = await world.operator.client.runs.list({ pagination: { limit: 1 } })
    expect(result[0]?.policySummary?.total ?? 0).toBe(0)
  },
)
