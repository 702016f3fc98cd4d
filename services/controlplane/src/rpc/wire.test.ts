import { APITokenService } from '@chainloop/proto/controlplane/v1/api_token'
import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import { OrganizationService } from '@chainloop/proto/controlplane/v1/organization'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { WorkflowContractService } from '@chainloop/proto/controlplane/v1/workflow_contract'
import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import { Code, type ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { createOperatorToken, ensureOrganization } from '../bootstrap.ts'
import { createToken } from './testing/create-token.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

let server: TestControlPlane
let foreigner: string

beforeAll(async () => {
  server = await startTestControlPlane()
  await ensureOrganization(server.ctx, 'globex')
  foreigner = await createOperatorToken(server.ctx, { organizationName: 'globex' })
})

afterAll(async () => server[Symbol.asyncDispose]())

const workflows = (key?: string, token = server.operator) =>
  server.client(WorkflowService, token, key === undefined ? {} : { 'idempotency-key': key })

async function failure(call: Promise<unknown>): Promise<ConnectError> {
  try {
    await call
  } catch (cause) {
    return cause as ConnectError
  }
  throw new Error('the call succeeded')
}

test('the same request with the same key happens once and gets the same answer', async () => {
  const request = { name: 'once', projectName: 'keys' }

  const first = await workflows('k1').create(request)
  const second = await workflows('k1').create(request)

  expect(second).toEqual(first)
  expect((await failure(workflows().create(request))).code).toBe(Code.AlreadyExists)
})

test('many at once with one key are one', async () => {
  const request = { name: 'burst', projectName: 'keys' }

  const answers = await Promise.all(
    Array.from({ length: 6 }, () => workflows('k2').create(request)),
  )

  expect(new Set(answers.map(({ result }) => result?.id)).size).toBe(1)
})

test('a key is for one request, of one method, of one caller', async () => {
  await workflows('k3').create({ name: 'first', projectName: 'keys' })

  const other = await failure(workflows('k3').create({ name: 'second', projectName: 'keys' }))
  const otherMethod = await failure(workflows('k3').delete({ name: 'first', projectName: 'keys' }))
  await workflows('k3', foreigner).create({ name: 'first', projectName: 'keys' })

  expect(other.code).toBe(Code.InvalidArgument)
  expect(other.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: 'IDEMPOTENCY_KEY_REUSED' }])
  expect(otherMethod.code).toBe(Code.InvalidArgument)
})

test('a request that failed may be tried again with its key', async () => {
  const request = { name: 'later', projectName: 'keys', contractName: 'later' }
  expect((await failure(workflows('k4').create(request))).code).toBe(Code.NotFound)
  await server.client(WorkflowContractService, server.operator).create({ name: 'later' })

  expect((await workflows('k4').create(request)).result?.name).toBe('later')
})

test('a token made twice with one key is one token, and the database keeps no secret', async () => {
  const tokens = server.client(APITokenService, server.operator, { 'idempotency-key': 'k5' })
  const request = { name: 'twice', role: 2 as const }

  const [first, second] = [await tokens.create(request), await tokens.create(request)]
  const rows = await server.ctx.db.selectFrom('idempotency_keys').select('response').execute()

  expect(second.result?.item).toEqual(first.result?.item)
  for (const { result } of [first, second]) {
    const { result: who } = await server.client(ContextService, result?.jwt).current({})
    expect(who?.currentUser?.id).toBe(first.result?.item?.id)
  }
  expect(rows.some(({ response }) => Buffer.from(response ?? []).includes('eyJ'))).toBe(false)
})

test('a contract that does not parse comes back with all its problems', async () => {
  const rawContract = Buffer.from(
    'apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata:\n  name: bad\nspec:\n  materials:\n    - type: NOPE\n      name: a\n    - type: ARTIFACT\n      name: "Not A Name"\n',
  )

  const error = await failure(
    server.client(WorkflowContractService, server.operator).create({ rawContract }),
  )
  const [info] = error.findDetails(ErrorInfoSchema)
  const problems = JSON.parse(info?.metadata['problems'] ?? '[]') as {
    path: string
    line: number
  }[]

  expect(error.code).toBe(Code.InvalidArgument)
  expect(info?.reason).toBe('INVALID_CONTRACT')
  expect(problems.map(({ path, line }) => [path, line])).toEqual([
    ['spec.materials[0].type', 7],
    ['spec.materials[1].name', 10],
  ])
})

test('what other organizations have is not there', async () => {
  await workflows().create({ name: 'mine', projectName: 'private' })
  const named = { name: 'mine', projectName: 'private' }
  const contracts = server.client(WorkflowContractService, foreigner)
  const own = await server
    .client(APITokenService, server.operator)
    .create({ name: 'mine', role: 2 })

  for (const call of [
    workflows(undefined, foreigner).view(named),
    workflows(undefined, foreigner).update({ ...named, team: 'x' }),
    workflows(undefined, foreigner).delete(named),
    contracts.describe({ name: 'private-mine' }),
    contracts.update({ name: 'private-mine', rawContract: Buffer.from('{}') }),
    contracts.delete({ name: 'private-mine' }),
    server.client(APITokenService, foreigner).revoke({ id: own.result?.item?.id ?? '' }),
    server.client(APITokenService, foreigner).create({
      name: 'x',
      projectReference: { name: 'private' },
    }),
  ]) {
    expect([Code.NotFound, Code.InvalidArgument]).toContain((await failure(call)).code)
  }
  const settings = await failure(
    server
      .client(OrganizationService, foreigner)
      .update({ name: 'default', blockOnPolicyViolation: true }),
  )
  expect(settings.code).toBe(Code.PermissionDenied)
})

test('refused attempts are in the audit log', async () => {
  const viewer = await createToken(server, { role: 'viewer' })
  await failure(workflows(undefined, viewer).create({ name: 'x', projectName: 'y' }))
  await failure(workflows().delete({ name: 'never', projectName: 'was' }))

  const rows = await server.ctx.db
    .selectFrom('audit_entries')
    .where('outcome', '=', 'refused')
    .selectAll()
    .orderBy('created_at', 'desc')
    .limit(2)
    .execute()

  expect(rows).toMatchObject([
    {
      target_id: 'controlplane.v1.WorkflowService/Delete',
      details: { reason: 'WORKFLOW_NOT_FOUND' },
    },
    {
      target_id: 'controlplane.v1.WorkflowService/Create',
      actor_name: expect.stringContaining('viewer') as unknown,
    },
  ])
})

test('lists are paged, and old clients get the first hundred', async () => {
  for (let i = 0; i < 3; i += 1)
    await workflows().create({ name: `page-${i}`, projectName: 'pages' })
  const list = (pagination?: { page: number; pageSize: number }) =>
    workflows().list({ projectNames: ['pages'], ...(pagination ? { pagination } : {}) })

  const [all, second] = [await list(), await list({ page: 2, pageSize: 2 })]

  expect(all.pagination).toMatchObject({ page: 1, pageSize: 100, totalCount: 3, totalPages: 1 })
  expect(second.pagination).toMatchObject({ page: 2, pageSize: 2, totalCount: 3, totalPages: 2 })
  expect(second.result).toHaveLength(1)
  for (const pagination of [
    { page: -1, pageSize: 10 },
    { page: 1, pageSize: 1000 },
    { page: 2 ** 31 - 1, pageSize: 100 },
  ]) {
    expect((await failure(list(pagination))).code).toBe(Code.InvalidArgument)
  }
})

test('shapes are checked before anything else is', async () => {
  for (const name of ['UPPER', '../x', 'x'.repeat(64)]) {
    expect((await failure(workflows().create({ name, projectName: 'p' }))).code).toBe(
      Code.InvalidArgument,
    )
  }
  const tokens = server.client(APITokenService, server.operator)
  expect((await failure(tokens.revoke({ id: 'x' }))).code).toBe(Code.InvalidArgument)
  const both = { name: 'x', projectReference: { name: 'a', id: 'b' } }
  expect((await failure(tokens.create(both))).code).toBe(Code.InvalidArgument)
})

test('the internal listener knows our services and nobody else', async () => {
  await using guarded = await startTestControlPlane({
    CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: 'i'.repeat(32),
    CHAINLOOP_INTERNAL_TOKEN_ARTIFACT_CAS: 'c'.repeat(32),
  })
  const announce = async (token: string) => {
    const response = await fetch(`${guarded.addresses.http}/internal.v1.PluginService/Announce`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: '{}',
    })
    return response.status
  }

  expect(await announce('i'.repeat(32))).toBe(404)
  await guarded.internal('i'.repeat(32)).announce({ plugins: [] })
  for (const [token, code] of [
    ['c'.repeat(32), Code.PermissionDenied],
    ['x'.repeat(32), Code.Unauthenticated],
    [guarded.operator, Code.Unauthenticated],
    [undefined, Code.Unauthenticated],
  ] as const) {
    expect((await failure(guarded.internal(token).announce({ plugins: [] }))).code).toBe(code)
  }
})
