import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import { createContract } from '../contracts/create-contract.ts'
import { getContract } from '../contracts/get-contract.ts'
import type { Database } from '../db/open-database.ts'
import { openTestDatabase } from '../testing/database.ts'
import { contractText, operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { actorOf } from '../testing/world.ts'
import { deleteWorkflow } from './delete-workflow.ts'
import { getWorkflow } from './get-workflow.ts'
import { listWorkflows, type WorkflowFilter } from './list-workflows.ts'
import type { MetadataFilter } from './metadata-filter.ts'
import { updateWorkflow } from './update-workflow.ts'

let database: Database
let world: OperatorWorld

beforeAll(async () => {
  database = await openTestDatabase()
})

beforeEach(async () => {
  world = await operatorWorld(database.db)
})

afterAll(async () => database[Symbol.asyncDispose]())

async function list(
  filter: WorkflowFilter = {},
  page = { number: 1, size: 100 },
): Promise<string[]> {
  const { items } = await listWorkflows(world, world.operator, { filter, page })
  return items.map(({ project, name }) => `${project.name}/${name}`)
}

test('a workflow brings its project with a first version, and a contract that asks for nothing', async () => {
  const workflow = await world.workflow({ name: 'build', team: 'core' })
  const version = await world.db
    .selectFrom('project_versions')
    .where('organization_id', '=', world.organization.id)
    .selectAll()
    .executeTakeFirst()
  const contract = await getContract(world.db, world.operator, { name: 'app-build' })

  expect(workflow).toMatchObject({
    name: 'build',
    team: 'core',
    project: { name: 'app' },
    runsCount: 0,
    lastRun: undefined,
  })
  expect(version).toMatchObject({ version: 'v0', latest: true, prerelease: true })
  expect(contract).toMatchObject({ project: { name: 'app' }, latestRevision: 1 })
  expect((await world.audited()).toSorted()).toEqual([
    'contract.created',
    'project.created',
    'workflow.created',
  ])
})

test('names are unique within a project only', async () => {
  await world.workflow({ name: 'build' })
  await world.workflow({ name: 'build', projectName: 'lib' })

  await expect(world.workflow({ name: 'build' })).toFailWith('already_exists')
})

test('a refused workflow leaves neither project nor contract nor audit entry', async () => {
  await expect(world.workflow({ name: 'build', contractName: 'missing' })).toFailWith('not_found')

  expect(
    await world.db
      .selectFrom('projects')
      .where('organization_id', '=', world.organization.id)
      .selectAll()
      .execute(),
  ).toEqual([])
  expect(await world.audited()).toEqual([])
})

test.each(['', 'Build', '-build', 'build-', 'a b', 'a/b', 'ä', 'x'.repeat(64), "';--"])(
  'no workflow is called %j',
  async (name) => {
    await expect(world.workflow({ name })).toFailWith('invalid')
  },
)

test('names too long to be joined still give a contract of their own', async () => {
  const [name, projectName] = ['w'.repeat(63), 'p'.repeat(63)]

  const workflow = await world.workflow({ name, projectName })

  expect(workflow.contract.name).toMatch(/^p{54}-[0-9a-f]{8}$/)
})

test('text for a contract that exists already is refused, as is text and name together', async () => {
  await world.workflow({ name: 'build', contractBytes: contractText('mine') })

  await expect(
    world.workflow({ name: 'test', contractBytes: contractText('mine', 'x') }),
  ).toFailWith('already_exists')
  await expect(
    world.workflow({ name: 'test', contractName: 'mine', contractBytes: contractText('mine') }),
  ).toFailWith('invalid')
})

test('a contract of one project is of no use to another', async () => {
  await world.workflow({ name: 'build' })

  await expect(
    world.workflow({ name: 'x', projectName: 'lib', contractName: 'app-build' }),
  ).toFailWith('forbidden')
  await world.workflow({ name: 'x', projectName: 'lib' })
  await expect(
    updateWorkflow(world, world.operator, {
      name: 'x',
      projectName: 'lib',
      change: { contractName: 'app-build' },
    }),
  ).toFailWith('forbidden')
})

test('an update changes what it names and tells the audit log both states', async () => {
  const input = {
    name: 'shared',
    rawContract: contractText('shared'),
    description: undefined,
    project: undefined,
  }
  await createContract(world, world.operator, input)
  await world.workflow({ name: 'build', team: 'core', description: 'as it was' })

  const after = await updateWorkflow(world, world.operator, {
    name: 'build',
    projectName: 'app',
    change: { team: 'release', contractName: 'shared', allowOldContractRevisions: true },
  })
  const entry = await world.db
    .selectFrom('audit_entries')
    .where('organization_id', '=', world.organization.id)
    .where('action', '=', 'workflow.updated')
    .select('details')
    .executeTakeFirst()

  expect(after).toMatchObject({
    team: 'release',
    description: 'as it was',
    contract: { name: 'shared' },
    allowOldContractRevisions: true,
    allowJobContractUpdate: undefined,
  })
  expect(entry?.details).toMatchObject({
    before: { team: 'core', contract: 'app-build' },
    after: { team: 'release', contract: 'shared' },
  })
})

test('a deleted workflow is gone, and its name is free', async () => {
  await world.workflow({ name: 'build' })
  await deleteWorkflow(world, world.operator, { name: 'build', projectName: 'app' })

  await expect(
    getWorkflow(world.db, world.operator, {
      name: 'build',
      projectName: 'app',
      right: 'workflow:read',
    }),
  ).toFailWith('not_found')
  expect(await list()).toEqual([])
  await world.workflow({ name: 'build' })
})

test('lists are newest first, in pages, with their total', async () => {
  for (const name of ['a', 'b', 'c']) await world.workflow({ name })

  const { items, totalCount } = await listWorkflows(world, world.operator, {
    filter: {},
    page: { number: 2, size: 2 },
  })

  expect(totalCount).toBe(3)
  expect(items).toHaveLength(1)
  expect(
    new Set([
      ...(await list({}, { number: 1, size: 2 })),
      ...(await list({}, { number: 2, size: 2 })),
    ]).size,
  ).toBe(3)
})

test('name, team and description are alternatives; everything else narrows', async () => {
  await world.workflow({ name: 'build', team: 'Core' })
  await world.workflow({ name: 'test', description: 'runs after the BUILD' })
  await world.workflow({ name: 'deploy', projectName: 'lib', team: 'ops' })

  expect((await list({ name: 'BUILD', description: 'build' })).toSorted()).toEqual([
    'app/build',
    'app/test',
  ])
  expect(await list({ team: 'core' })).toEqual(['app/build'])
  expect(await list({ projectNames: ['lib'] })).toEqual(['lib/deploy'])
  expect(await list({ name: 'deploy', projectNames: ['app'] })).toEqual([])
  expect(await list({ lastRunState: 'success' })).toEqual([])
  expect(await list({ activeSince: new Date(Date.now() + 60_000) })).toEqual([])
  expect(await list({ activeSince: new Date(Date.now() - 60_000) })).toHaveLength(3)
})

test('wildcards and quotes in a filter are only text', async () => {
  await world.workflow({ name: 'build', description: '100%_sure' })

  expect(await list({ description: '%' })).toEqual(['app/build'])
  expect(await list({ description: '0%_s' })).toEqual(['app/build'])
  expect(await list({ name: '_' })).toEqual([])
  expect(await list({ name: String.raw`\ ' or 1=1 --` })).toEqual([])
})

test('metadata is compared by a path of names, and nothing else gets through', async () => {
  const { id } = await world.workflow({ name: 'build' })
  await world.workflow({ name: 'plain' })
  await world.db
    .updateTable('workflows')
    .set({ metadata: JSON.stringify({ tier: 'gold', labels: { team: 'core' } }) })
    .where('organization_id', '=', world.organization.id)
    .where('id', '=', id)
    .execute()
  const where = (path: string, operator: MetadataFilter['operator'], value: string) =>
    list({ metadata: [{ path, operator, value }] })

  expect(await where('tier', 'equals', 'gold')).toEqual(['app/build'])
  expect(await where('labels.team', 'equals', 'core')).toEqual(['app/build'])
  expect(await where('tier', 'differs', 'gold')).toEqual(['app/plain'])
  expect(await where('tier', 'one of', 'silver, gold')).toEqual(['app/build'])
  expect(await where('tier', 'equals', "gold' or '1'='1")).toEqual([])
  for (const path of ['', 'a..b', "tier' or true --", '$.tier', 'tier[0]', '{tier}', 'a b', 'ä']) {
    await expect(where(path, 'equals', 'gold')).toFailWith('invalid')
  }
})

test('another organization sees nothing of it', async () => {
  await world.workflow({ name: 'build' })
  const foreign = await world.foreigner()
  const named = { name: 'build', projectName: 'app' }

  await expect(getWorkflow(world.db, foreign, { ...named, right: 'workflow:read' })).toFailWith(
    'not_found',
  )
  await expect(updateWorkflow(world, foreign, { ...named, change: { team: 'x' } })).toFailWith(
    'not_found',
  )
  await expect(deleteWorkflow(world, foreign, named)).toFailWith('not_found')
  expect(
    (await listWorkflows(world, foreign, { filter: {}, page: { number: 1, size: 10 } })).totalCount,
  ).toBe(0)
})

test('whoever may only read changes nothing', async () => {
  await world.workflow({ name: 'build' })
  const viewer = actorOf(world.organization, 'viewer')
  const named = { name: 'build', projectName: 'app' }

  await expect(updateWorkflow(world, viewer, { ...named, change: { team: 'x' } })).toFailWith(
    'not_found',
  )
  await expect(deleteWorkflow(world, viewer, named)).toFailWith('not_found')
})
