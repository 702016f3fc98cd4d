import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest, type Attested } from './world/attest.ts'
import { failureOf } from './world/failure.ts'
import { temporaryFolder } from './world/folder.ts'
import { aboutRun, openRun, signStatement, store } from './world/modified-client.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let honest: Attested

beforeAll(async () => {
  world = stack.use(await startWorld())
  declared = await declareWorkflow(world)
  honest = await attest(declared, stack.use(await temporaryFolder()).path)
})

afterAll(() => stack.disposeAsync())

test('the same bytes a second time get the same answer, and are stored once', async () => {
  const run = await openRun(declared.job, declared)
  const bundle = await signStatement(run, aboutRun(honest.statement, run))

  const first = await store(run, bundle)
  const second = await store(run, bundle)

  expect(second).toBe(first)
  const { result } = await world.operator.client.runs.view({ ref: { case: 'id', value: run.id } })
  expect(result?.workflowRun?.attestationDigest).toBe(first)
})

test('other bytes for a closed run already exist', async () => {
  const run = await openRun(declared.job, declared)
  const statement = aboutRun(honest.statement, run)
  const [one, other] = [await signStatement(run, statement), await signStatement(run, statement)]
  await store(run, one)

  const failure = await failureOf(store(run, other))

  expect(failure.code).toBe(Code.AlreadyExists)
})

test('the same bytes sent at the same time are stored once', async () => {
  const run = await openRun(declared.job, declared)
  const bundle = await signStatement(run, aboutRun(honest.statement, run))

  const digests = await Promise.all([store(run, bundle), store(run, bundle), store(run, bundle)])

  expect(new Set(digests).size).toBe(1)
})
