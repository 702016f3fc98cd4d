import { randomUUID } from 'node:crypto'

import {
  AttestationService,
  WorkflowRunService,
} from '@chainloop/proto/controlplane/v1/workflow_run'
import { RunService } from '@chainloop/proto/runs/v1/run_service'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { JWTPayload } from 'jose'

import { createToken } from './testing/create-token.ts'
import {
  inOrganization,
  type KeylessWorld,
  refusalOf,
  startKeylessWorld,
} from './testing/keyless-world.ts'

const stack = new AsyncDisposableStack()
let world: KeylessWorld
let server: KeylessWorld['server']
let issuer: KeylessWorld['issuer']
beforeAll(async () => {
  world = stack.use(await startKeylessWorld())
  ;({ server, issuer } = world)
})
afterAll(() => stack.disposeAsync())

const claims: KeylessWorld['claims'] = (change) => world.claims(change)
const init: KeylessWorld['init'] = (...args) => world.init(...args)

const SECOND_JOB = { runner_environment: 'self-hosted' }

async function join(runId: string, change: JWTPayload = {}, headers: object = inOrganization) {
  const token = await issuer.sign(claims({ ...SECOND_JOB, ...change }))
  const { runToken } = await server.client(RunService, token, { ...headers }).join({ runId })
  return { token, runToken: runToken?.token ?? '' }
}

test('a further job of the pipeline joins with a token of its own, once', async () => {
  const { runId } = await init(await issuer.sign(claims()))

  const { token, runToken } = await join(runId)

  await server.client(RunService, runToken).renewToken({})
  const again = server.client(RunService, token, inOrganization).join({ runId })
  expect((await refusalOf(again)).rawMessage).toMatch(/used before/)
})

test('a Join whose answer was lost is repeated with its key', async () => {
  const { runId } = await init(await issuer.sign(claims()))
  const headers = { ...inOrganization, 'idempotency-key': randomUUID() }
  const token = await issuer.sign(claims())
  const runs = server.client(RunService, token, headers)
  await runs.join({ runId })

  const { runToken } = await runs.join({ runId })

  await server.client(RunService, runToken?.token).renewToken({})
  const entries = await server.ctx.db
    .selectFrom('audit_entries')
    .select('action')
    .where('target_id', '=', runId)
    .where('action', '=', 'run.joined')
    .execute()
  expect(entries).toHaveLength(1)
})

test('the history says which rule let a job in, and from where it called', async () => {
  const { runId } = await init(await issuer.sign(claims()))
  await join(runId)

  const entries = await server.ctx.db
    .selectFrom('audit_entries')
    .select(['action', 'actor_kind', 'actor_name', 'source_address'])
    .where('target_id', '=', runId)
    .orderBy('action')
    .execute()

  const by = { actor_kind: 'trust_rule', actor_name: expect.stringContaining('github-web') }
  expect(entries).toEqual([
    { ...by, action: 'run.initialized', source_address: '127.0.0.1' },
    { ...by, action: 'run.joined', source_address: '127.0.0.1' },
  ])
})

test('what the jobs of a run differ in is said of it no more', async () => {
  const { runId } = await init(await issuer.sign(claims()))
  const identity = async () => {
    const { result } = await server
      .client(WorkflowRunService, server.operator)
      .view({ ref: { case: 'id', value: runId } })
    return result?.workflowRun?.jobIdentity
  }
  expect(await identity()).toMatchObject({
    platform: 'github',
    issuer: issuer.url,
    subject: 'repo:acme/web:ref:refs/heads/main',
    trustRuleName: 'github-web',
    repository: `${issuer.url}/acme/web`,
    environment: 'github-hosted',
    pipeline: '815/42',
  })

  await join(runId, { runner_environment: 'github-hosted' })
  expect(await identity()).toMatchObject({ environment: 'github-hosted' })

  await join(runId, { job_workflow_ref: 'acme/web/.github/workflows/other.yml@refs/heads/main' })
  expect(await identity()).toMatchObject({
    environment: '',
    workflowRef: '',
    ref: 'refs/heads/main',
  })
})

test.each<[string, JWTPayload]>([
  ['another execution', { run_id: '43' }],
  ['another repository', { repository_id: '816' }],
  ['a pipeline without a name', { run_id: undefined }],
])('a job of %s does not find the run', async (_what, change) => {
  const { runId } = await init(await issuer.sign(claims()))

  expect((await refusalOf(join(runId, change))).code).toBe(Code.NotFound)
})

test('a job joins no run that an account opened, and none that is closed', async () => {
  const account = await createToken(server, { role: 'attester', projectName: 'web' })
  const opened = await init(account)
  expect((await refusalOf(join(opened.runId))).code).toBe(Code.NotFound)

  const { runId, runToken } = await init(await issuer.sign(claims()))
  await server
    .client(AttestationService, runToken)
    .cancel({ workflowRunId: runId, trigger: 1, reason: 'over' })
  expect((await refusalOf(join(runId))).rawMessage).toMatch(/closed/)
})

test('an Init whose answer was lost is repeated with its key and opens no second run', async () => {
  const token = await issuer.sign(claims())
  const headers = { ...inOrganization, 'idempotency-key': randomUUID() }

  const first = await init(token, {}, headers)
  const second = await init(token, {}, headers)

  expect(second.runId).toBe(first.runId)
  await server.client(RunService, second.runToken).renewToken({})
  const other = await issuer.sign(claims())
  expect((await refusalOf(init(other, {}, headers))).rawMessage).toMatch(/another request/)
  const kept = await server.ctx.db
    .selectFrom('idempotency_keys')
    .select('response')
    .where('key', '=', headers['idempotency-key'])
    .executeTakeFirstOrThrow()
  expect(Buffer.from(kept.response ?? []).includes(first.runToken)).toBe(false)
})
