import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { failureOf } from './world/failure.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let project: string
beforeAll(async () => {
  world = stack.use(await startWorld())
  project = (await declareWorkflow(world)).project
})
afterAll(() => stack.disposeAsync())

const add = (...more: string[]) =>
  world.operator.chainloop([
    'organization',
    'trust-rule',
    'add',
    '--platform',
    'github',
    '--issuer',
    'https://token.actions.githubusercontent.com',
    '--project',
    project,
    ...more,
  ])
const list = () =>
  world.operator.chainloop(['organization', 'trust-rule', 'list', '--output', 'json'])

test('an operator adds, lists and removes the rules by which jobs need no token', async () => {
  await add(
    '--name',
    'web',
    '--claim',
    'repository_owner_id=4711',
    '--claim',
    'ref=refs/heads/main',
  )

  expect(JSON.parse(await list())).toMatchObject({
    trustRules: [
      {
        name: 'web',
        project,
        platform: 'github',
        claims: { repository_owner_id: '4711', ref: 'refs/heads/main' },
      },
    ],
  })

  await world.operator.chainloop(['organization', 'trust-rule', 'remove', '--name', 'web', '--yes'])
  expect(JSON.parse(await list())).toMatchObject({ trustRules: [] })
})

test('a rule that only names what others can take over is refused', async () => {
  const refused = await failureOf(add('--name', 'names', '--claim', 'repository=acme/web'))

  expect(JSON.stringify(refused)).toMatch(/nobody can take over/)
})
