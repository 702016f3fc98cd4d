import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { Platform, TrustRuleService } from '@chainloop/proto/trustrules/v1/trust_rule_service'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { createToken } from './testing/create-token.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

const ISSUER = 'https://token.actions.githubusercontent.com'

let server: TestControlPlane
beforeAll(async () => {
  server = await startTestControlPlane()
  const workflows = server.client(WorkflowService, server.operator)
  await workflows.create({ name: 'build', projectName: 'web' })
  await workflows.create({ name: 'build', projectName: 'api' })
  await addRule('github-web')
  await addRule('github-api', { projectName: 'api' })
})
afterAll(async () => server[Symbol.asyncDispose]())

function addRule(name: string, change: Record<string, unknown> = {}) {
  return server.client(TrustRuleService, server.operator).add({
    name,
    platform: Platform.GITHUB,
    issuer: ISSUER,
    claims: { repository_owner_id: '4711', repository: 'acme/web' },
    projectName: 'web',
    ...change,
  })
}

async function refusalOf(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    () => {
      throw new Error('it was not refused')
    },
    (cause: unknown) => ConnectError.from(cause),
  )
}

test.each<[string, Record<string, unknown>, Code]>([
  ['names only', { claims: { repository: 'acme/web' } }, Code.InvalidArgument],
  ['no claims at all', { claims: {} }, Code.InvalidArgument],
  [
    'the immutable claim of another platform',
    { claims: { namespace_id: '1' } },
    Code.InvalidArgument,
  ],
  ['an issuer without https', { issuer: 'http://token.example.org' }, Code.InvalidArgument],
  ['an issuer with a query', { issuer: 'https://token.example.org/?a=1' }, Code.InvalidArgument],
  ['no platform', { platform: Platform.UNSPECIFIED }, Code.InvalidArgument],
  ['a right that rules do not give', { rights: ['contract:update'] }, Code.InvalidArgument],
  ['a project that is not there', { projectName: 'nowhere' }, Code.NotFound],
  ['a name in use', { name: 'github-web' }, Code.AlreadyExists],
])('a rule with %s is refused', async (_what, change, code) => {
  expect((await refusalOf(addRule('refused', change))).code).toBe(code)
})

test('rules are listed, and managed by operators only', async () => {
  const viewer = await createToken(server, { role: 'viewer' })
  const { trustRules } = await server.client(TrustRuleService, viewer).list({ projectName: 'web' })

  expect(trustRules.map(({ name, issuer: of, projectName }) => [name, of, projectName])).toEqual([
    ['github-web', ISSUER, 'web'],
  ])
  const refused = await refusalOf(
    server.client(TrustRuleService, viewer).remove({ name: 'github-web' }),
  )
  expect(refused.code).toBe(Code.PermissionDenied)
  const unknown = server.client(TrustRuleService, server.operator).remove({ name: 'unknown' })
  expect((await refusalOf(unknown)).code).toBe(Code.NotFound)
})
