import type { DomainError } from '@chainloop/kit/errors'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import { getContract } from '../contracts/get-contract.ts'
import type { Database } from '../db/open-database.ts'
import * as organizations from '../organizations/organization-repo.ts'
import type { OrganizationSettings } from '../organizations/organization.ts'
import { getAttestableWorkflow } from '../runs/attestable-workflow.ts'
import { openTestDatabase } from '../testing/database.ts'
import { contractText, operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { findOrCreateWorkflow, type WantedWorkflow } from './find-or-create-workflow.ts'
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

const wanted: WantedWorkflow = {
  name: 'build',
  projectName: 'app',
  contractName: '',
  contractBytes: new Uint8Array(),
}

const changed = { ...wanted, contractBytes: contractText('app-build', 'weaker') }

function allow(settings: Partial<OrganizationSettings>) {
  return organizations.update(world.db, { organizationId: world.organization.id, settings })
}

async function revision(): Promise<number> {
  return (await getContract(world.db, world.operator, { name: 'app-build' })).latestRevision
}

test('a job finds the workflow of its project', async () => {
  const { id, project } = await world.workflow({ name: 'build' })

  expect((await findOrCreateWorkflow(world, world.attester(project), wanted)).id).toBe(id)
})

test('a job creates no workflow unless the organization lets it', async () => {
  const { project } = await world.workflow({ name: 'build' })
  const attester = world.attester(project)
  const other = { ...wanted, name: 'other' }

  await expect(findOrCreateWorkflow(world, attester, other)).toFailWith(
    'forbidden',
    /may not create/,
  )
  await allow({ preventImplicitWorkflowCreation: false })
  expect((await findOrCreateWorkflow(world, attester, other)).name).toBe('other')
})

test('a job that was granted it creates workflows of its own project only', async () => {
  const { project } = await world.workflow({ name: 'build' })
  await world.workflow({ name: 'build', projectName: 'lib' })
  const attester = world.attester(project, { rights: ['workflow:create'] })

  expect((await findOrCreateWorkflow(world, attester, { ...wanted, name: 'other' })).name).toBe(
    'other',
  )
  for (const projectName of ['lib', 'new']) {
    await expect(findOrCreateWorkflow(world, attester, { ...wanted, projectName })).toFailWith(
      'not_found',
    )
  }
})

test('a job does not change the contract that it has to meet', async () => {
  const { project } = await world.workflow({ name: 'build' })

  await expect(findOrCreateWorkflow(world, world.attester(project), changed)).toFailWith(
    'forbidden',
    /may not change/,
  )
  expect(await revision()).toBe(1)
})

test.each([
  ['organization', () => allow({ allowJobContractUpdate: true })],
  [
    'workflow',
    () =>
      updateWorkflow(world, world.operator, {
        name: 'build',
        projectName: 'app',
        change: { allowJobContractUpdate: true },
      }),
  ],
])('a job changes its contract where the %s lets it', async (_who, permit) => {
  const { project } = await world.workflow({ name: 'build' })
  await permit()

  await findOrCreateWorkflow(world, world.attester(project), changed)

  expect(await revision()).toBe(2)
})

test('what a workflow says counts more than what its organization says', async () => {
  const { project } = await world.workflow({ name: 'build' })
  await allow({ allowJobContractUpdate: true })
  const change = { allowJobContractUpdate: false }
  await updateWorkflow(world, world.operator, { name: 'build', projectName: 'app', change })

  await expect(findOrCreateWorkflow(world, world.attester(project), changed)).toFailWith(
    'forbidden',
  )
})

test("one workflow's permission does not change a contract that others have to meet too", async () => {
  const { project } = await world.workflow({ name: 'build' })
  await world.workflow({ name: 'strict', contractName: 'app-build' })
  const change = { allowJobContractUpdate: true }
  await updateWorkflow(world, world.operator, { name: 'build', projectName: 'app', change })

  await expect(findOrCreateWorkflow(world, world.attester(project), changed)).toFailWith(
    'forbidden',
  )
})

test('a job does not choose another contract', async () => {
  const { project } = await world.workflow({ name: 'build' })
  await world.workflow({ name: 'easy' })

  const choosing = { ...wanted, contractName: 'app-easy' }

  await expect(findOrCreateWorkflow(world, world.attester(project), choosing)).toFailWith('invalid')
})

test('the workflows of other projects are not there', async () => {
  const { project } = await world.workflow({ name: 'build' })
  await world.workflow({ name: 'build', projectName: 'lib' })

  await expect(
    findOrCreateWorkflow(world, world.attester(project), { ...wanted, projectName: 'lib' }),
  ).toFailWith('not_found')
})

test('what exists in another project and what exists nowhere are answered alike', async () => {
  const { project } = await world.workflow({ name: 'build' })
  await world.workflow({ name: 'deploy', projectName: 'lib' })
  const job = world.attester(project)
  const asked = { name: 'deploy', projectName: 'lib' }
  const missing = { name: 'deploy', projectName: 'nil' }
  const calls = [
    ({ name, projectName }: typeof asked) =>
      findOrCreateWorkflow(world, job, { ...wanted, name, projectName }),
    ({ name, projectName }: typeof asked) =>
      getAttestableWorkflow(world.db, job, {
        workflowName: name,
        projectName,
        contractRevision: 0,
      }),
  ]

  for (const call of calls) {
    expect(await refusalOf(call(asked))).toEqual(await refusalOf(call(missing)))
  }
})

/** Everything that the caller sees, but for the name that it has sent itself. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  const { code, reason, message, hint, metadata } = await call.then(
    () => ({}) as DomainError,
    (cause: DomainError) => cause,
  )
  return { code, reason, message: message?.replace(/\b(lib|nil)\b/, '…'), hint, metadata }
}
