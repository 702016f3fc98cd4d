import { randomBytes } from 'node:crypto'

import { sealingKey } from '@chainloop/kit/secrets/seal'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import type { Actor } from '../auth/actor.ts'
import { authenticate } from '../auth/authenticate.ts'
import { isInitialized } from '../run-states/run-state.ts'
import { initRun } from '../runs/init-run.ts'
import { joinRun } from '../runs/run-tokens.ts'
import { INPUT, openRunWorld, type RunWorld } from '../runs/testing/run-world.ts'
import { findOrCreateWorkflow } from '../workflows/find-or-create-workflow.ts'
import { getWorkflow } from '../workflows/get-workflow.ts'
import { createApiToken, type NewApiToken } from './create-api-token.ts'
import { revokeApiToken } from './revoke-api-token.ts'
import { signApiToken } from './sign-api-token.ts'

let world: RunWorld
let job: Actor
beforeAll(async () => {
  world = await openRunWorld()
  await world.addWorkflow({ project: 'web', name: 'deploy' })
  const token = await create({ name: 'only-build', workflowName: 'build' })
  const jwt = await signApiToken(world, world.operator, token)
  job = await authenticate(
    { ...world, config: { signInAllow: [], instanceAdmins: [] } },
    { token: jwt, organization: undefined },
  )
})
afterAll(async () => world[Symbol.asyncDispose]())

const NOTHING = new Uint8Array()
const KEY = sealingKey(randomBytes(32))
const create = (given: Partial<NewApiToken> & Pick<NewApiToken, 'name'>) =>
  createApiToken(world, world.operator, {
    description: '',
    role: 'attester',
    rights: [],
    project: { name: 'web' },
    expiresInSeconds: undefined,
    ...given,
  })

test('a token for one workflow opens and joins its runs', async () => {
  const { run } = await initRun(world, job, INPUT)

  expect(run.workflow.name).toBe('build')
  expect((await joinRun(world, job, run.id)).token).not.toBe('')
})

test('to it, another workflow of the same project is not there, and neither are its runs', async () => {
  const other = await world.open({ workflowName: 'deploy' })
  const named = { projectName: 'web', name: 'deploy' }

  await expect(initRun(world, job, { ...INPUT, workflowName: 'deploy' })).toFailWith('not_found')
  await expect(getWorkflow(world.db, job, { ...named, right: 'run:attest' })).toFailWith(
    'not_found',
  )
  await expect(joinRun(world, job, other.run.id)).toFailWith('not_found')
  await expect(isInitialized({ ...world, sealingKeys: [KEY] }, job, other.run.id)).toFailWith(
    'not_found',
  )
  await expect(
    findOrCreateWorkflow(world, job, { ...named, contractName: '', contractBytes: NOTHING }),
  ).toFailWith('forbidden')
})

test('it makes no workflow, also where jobs may', async () => {
  await world.db
    .updateTable('organizations')
    .set({ prevent_implicit_workflow_creation: false })
    .where('id', '=', world.organization.id)
    .execute()

  await expect(
    findOrCreateWorkflow(world, job, {
      projectName: 'web',
      name: 'sneaky',
      contractName: '',
      contractBytes: NOTHING,
    }),
  ).toFailWith('not_found')
})

test('only attesters without further rights are for one workflow, and it has to be there', async () => {
  const wanted = { name: 'x', workflowName: 'build' }

  await expect(create({ ...wanted, role: 'viewer' })).toFailWith('invalid')
  await expect(create({ ...wanted, rights: ['artifact:read'] })).toFailWith('invalid')
  await expect(create({ ...wanted, workflowName: 'nope' })).toFailWith('not_found')
  await expect(create({ ...wanted, project: undefined })).toFailWith('invalid')
})

test('of those who make a token of one name at once, one does, and so with revoking it', async () => {
  const made = await Promise.allSettled([1, 2, 3].map(() => create({ name: 'contested' })))
  const tokens = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  expect(tokens).toHaveLength(1)

  const [token] = tokens
  const revoked = await Promise.allSettled(
    [1, 2, 3].map(() => revokeApiToken(world, world.operator, { id: token?.id ?? '' })),
  )
  expect(revoked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
