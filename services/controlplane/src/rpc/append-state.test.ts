import { randomUUID } from 'node:crypto'

import { AttestationStateService } from '@chainloop/proto/controlplane/v1/attestation_state'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { AttestationService } from '@chainloop/proto/controlplane/v1/workflow_run'
import { RunService } from '@chainloop/proto/runs/v1/run_service'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { createToken } from './testing/create-token.ts'
import { refusalOf } from './testing/keyless-world.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

let server: TestControlPlane
let account: string
beforeAll(async () => {
  server = await startTestControlPlane()
  await server
    .client(WorkflowService, server.operator)
    .create({ name: 'build', projectName: 'web' })
  account = await createToken(server, { role: 'attester', projectName: 'web' })
})
afterAll(async () => server[Symbol.asyncDispose]())

interface OpenRun {
  readonly runId: string
  readonly token: string
}

async function open({ state = true } = {}): Promise<OpenRun> {
  const { result } = await server
    .client(AttestationService, account)
    .init({ workflowName: 'build', projectName: 'web' })
  const run = { runId: result?.workflowRun?.id ?? '', token: result?.runToken ?? '' }
  if (state) {
    await server.client(AttestationStateService, run.token).save({
      workflowRunId: run.runId,
      attestationState: { attestation: { annotations: { owner: '' } } },
    })
  }
  return run
}

const append = ({ runId, token }: OpenRun, names: readonly string[], value = 'x', key = '') =>
  server.client(RunService, token, key === '' ? {} : { 'idempotency-key': key }).appendState({
    runId,
    materials: Object.fromEntries(
      names.map((name) => [name, { m: { case: 'string', value: { value } } }]),
    ),
  })

async function namesOf({ runId, token }: OpenRun): Promise<string[]> {
  const { result } = await server
    .client(AttestationStateService, token)
    .read({ workflowRunId: runId })
  return Object.keys(result?.attestationState?.attestation?.materials ?? {}).toSorted()
}

test('twenty jobs append at the same time, and nothing is lost', async () => {
  const run = await open()
  const wanted = Array.from({ length: 20 }, (_, index) => `material-${index}`)

  const answers = await Promise.all(wanted.map((name) => append(run, [name])))

  expect(await namesOf(run)).toEqual(wanted.toSorted())
  expect(new Set(answers.map(({ digest }) => digest)).size).toBe(20)
  expect(answers.flatMap(({ replaced }) => replaced)).toEqual([])
})

test('an append whose answer was lost is repeated and happens once', async () => {
  const run = await open()
  const key = randomUUID()
  const first = await append(run, ['sbom'], 'x', key)
  await append(run, ['sbom'], 'newer')

  const second = await append(run, ['sbom'], 'x', key)

  expect(second).toEqual(first)
  const { result } = await server
    .client(AttestationStateService, run.token)
    .read({ workflowRunId: run.runId })
  expect(result?.attestationState?.attestation?.materials['sbom']?.m.value).toMatchObject({
    value: 'newer',
  })
})

test('a Save that was repeated with its key is no conflict', async () => {
  const run = await open({ state: false })
  const states = server.client(AttestationStateService, run.token, {
    'idempotency-key': randomUUID(),
  })
  const request = { workflowRunId: run.runId, attestationState: { attestation: {} } }

  const { digest } = await states.save(request)

  expect((await states.save(request)).digest).toBe(digest)
})

test('a name that was there is said to be replaced', async () => {
  const run = await open()
  await append(run, ['sbom'])

  expect((await append(run, ['sbom', 'app'])).replaced).toEqual(['sbom'])
})

async function codeOf(call: Promise<unknown>): Promise<Code> {
  return (await refusalOf(call)).code
}

test('what is not a run of the token, has no state, or is no name is refused, and nothing changes', async () => {
  const [run, other, fresh] = [await open(), await open(), await open({ state: false })]

  expect(await codeOf(append({ ...run, token: other.token }, ['sbom']))).toBe(Code.NotFound)
  expect(await codeOf(append({ ...run, runId: randomUUID() }, ['sbom']))).toBe(Code.NotFound)
  expect(await codeOf(append(fresh, ['sbom']))).toBe(Code.NotFound)
  for (const name of ['', 'Not A Name', '__proto__', '../x', 'a'.repeat(300)]) {
    expect(await codeOf(append(run, [name]))).toBe(Code.InvalidArgument)
  }
  const large = append(run, ['sbom'], 'x'.repeat(7 << 20))
  expect([Code.ResourceExhausted, Code.InvalidArgument]).toContain(await codeOf(large))
  expect(await namesOf(run)).toEqual([])
})
