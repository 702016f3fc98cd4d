import { AuthService } from '@chainloop/proto/controlplane/v1/auth'
import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import { OrganizationService } from '@chainloop/proto/controlplane/v1/organization'
import { UserService } from '@chainloop/proto/controlplane/v1/user'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import type { MemberRole } from '../db/people-schema.ts'
import * as memberships from '../memberships/membership-repo.ts'
import * as organizations from '../organizations/organization-repo.ts'
import * as sessions from '../sessions/session-repo.ts'
import { signSession } from '../sessions/session-tokens.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

let server: TestControlPlane
beforeAll(async () => {
  server = await startTestControlPlane({
    CHAINLOOP_RESTRICT_ORGANIZATION_CREATION: 'false',
    CHAINLOOP_INSTANCE_ADMINS: 'Root@example.com',
  })
})
afterAll(async () => server[Symbol.asyncDispose]())

let count = 0

/** The access token of somebody new, in `default` if there is a role. */
async function person(
  role?: MemberRole,
  email = `person-${(count += 1)}@example.com`,
): Promise<string> {
  const { db, tokens } = server.ctx
  const { id: userId } = await db
    .insertInto('users')
    .values({ email, instance_admin: true })
    .returning('id')
    .executeTakeFirstOrThrow()
  const organization = await organizations.findByName(db, 'default')
  if (role && organization) {
    await memberships.insert(db, { organizationId: organization.id, userId, role })
  }
  const end = new Date(Date.now() + 3_600_000)
  const session = { userId, clientName: '', refreshUntil: end, expiresAt: end }
  return (await signSession(tokens, await sessions.insert(db, session))).accessToken
}

async function refusal(call: Promise<unknown>): Promise<{ code: Code; message: string }> {
  const error = ConnectError.from(
    await call.then(
      () => new Error('not refused'),
      (cause: unknown) => cause,
    ),
  )
  return { code: error.code, message: error.rawMessage }
}

test('somebody in no organization is told so, and can found one', async () => {
  const token = await person()
  const listed = await refusal(server.client(WorkflowService, token).list({}))
  expect(listed).toMatchObject({
    code: Code.PermissionDenied,
    message: expect.stringMatching(/in no organization/) as unknown,
  })

  await server.client(OrganizationService, token).create({ name: 'founded' })

  const { result } = await server.client(ContextService, token).current({})
  expect(result?.currentMembership).toMatchObject({ org: { name: 'founded' }, role: 3 })
  await server.client(WorkflowService, token).list({})
})

test('the header chooses the organization, and what concerns the person does not look at it', async () => {
  const token = await person('viewer')
  const elsewhere = { 'chainloop-organization': 'founded' }

  expect(await refusal(server.client(WorkflowService, token, elsewhere).list({}))).toMatchObject({
    code: Code.PermissionDenied,
  })
  const { result } = await server.client(UserService, token, elsewhere).listMemberships({})
  expect(result).toMatchObject([{ org: { name: 'default' }, current: true }])
})

test('who is removed or suspended is out with the next request', async () => {
  const owner = await person('owner')
  const token = await person('viewer')
  const { result } = await server.client(UserService, token).listMemberships({})
  await server.client(WorkflowService, token).list({})

  await server
    .client(OrganizationService, owner)
    .deleteMembership({ membershipId: result[0]?.id ?? '' })

  expect(await refusal(server.client(WorkflowService, token).list({}))).toMatchObject({
    code: Code.PermissionDenied,
  })
})

test('of two owners who demote each other at once, one remains', async () => {
  const [one, other] = [await person('owner'), await person('owner')]
  const idOf = async (token: string): Promise<string> => {
    const { result } = await server.client(UserService, token).listMemberships({})
    return result[0]?.id ?? ''
  }
  const demote = (token: string, membershipId: string) =>
    server.client(OrganizationService, token).updateMembership({ membershipId, role: 1 })
  const [first, second] = [await idOf(one), await idOf(other)]

  const results = await Promise.allSettled([demote(one, second), demote(other, first)])

  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('what an instance admin calls in an organization is in its audit log', async () => {
  const token = await person(undefined, 'root@example.com')
  const here = { 'chainloop-organization': 'default' }

  await server.client(OrganizationService, token, here).listMemberships({})

  const rows = await server.ctx.db
    .selectFrom('audit_entries')
    .where('action', '=', 'instance_admin.called')
    .select(['actor_kind', 'target_id'])
    .execute()
  expect(rows).toEqual([
    { actor_kind: 'user', target_id: 'controlplane.v1.OrganizationService/ListMemberships' },
  ])
})

test('machines have no account to delete', async () => {
  expect(
    await refusal(server.client(AuthService, server.operator).deleteAccount({})),
  ).toMatchObject({
    code: Code.PermissionDenied,
  })
})
