import { randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import { authenticate } from '../auth/authenticate.ts'
import { createTokens, type Tokens } from '../auth/tokens.ts'
import type { Database } from '../db/open-database.ts'
import { cursorPage } from '../pages.ts'
import { openTestDatabase } from '../testing/database.ts'
import { operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { actorOf, testTokenKeys } from '../testing/world.ts'
import { createApiToken, type NewApiToken } from './create-api-token.ts'
import { listApiTokens } from './list-api-tokens.ts'
import { revokeApiToken } from './revoke-api-token.ts'
import { signApiToken } from './sign-api-token.ts'

let database: Database
let tokens: Tokens
let world: OperatorWorld
let project: { id: string; name: string }

beforeAll(async () => {
  database = await openTestDatabase()
  tokens = createTokens(await testTokenKeys(), 'test')
})

beforeEach(async () => {
  world = await operatorWorld(database.db)
  project = (await world.workflow({ name: 'build' })).project
})

afterAll(async () => database[Symbol.asyncDispose]())

function create(given: Partial<NewApiToken> = {}, actor = world.operator) {
  return createApiToken(world, actor, {
    name: 'ci',
    description: '',
    role: 'attester',
    rights: [],
    project: { name: 'app' },
    expiresInSeconds: undefined,
    ...given,
  })
}

async function names(filter: Partial<Parameters<typeof listApiTokens>[2]> = {}): Promise<string[]> {
  const found = await listApiTokens(world, world.operator, {
    project: undefined,
    scope: 'any',
    status: 'active',
    page: cursorPage(undefined),
    ...filter,
  })
  return found.items.map(({ name }) => name)
}

test('a service account attests on its project and reads there, no more', async () => {
  const token = await create()
  const jwt = await signApiToken({ ...world, tokens }, world.operator, token)
  const actor = await authenticate(
    { ...world, tokens, config: { signInAllow: [], instanceAdmins: [] } },
    { token: jwt, organization: undefined },
  )

  expect(actor).toMatchObject({ role: 'attester', projectId: project.id })
  expect(actor.can('run:attest', { projectId: project.id })).toBe(true)
  expect(actor.can('run:attest', { projectId: randomUUID() })).toBe(false)
  for (const right of [
    'contract:update',
    'workflow:create',
    'artifact:read',
    'run:read',
    'api_token:create',
  ] as const) {
    expect(actor.can(right, { projectId: project.id })).toBe(false)
  }
})

test('an operator grants single rights', async () => {
  const token = await create({ rights: ['artifact:read'] })
  const jwt = await signApiToken({ ...world, tokens }, world.operator, token)
  const actor = await authenticate(
    { ...world, tokens, config: { signInAllow: [], instanceAdmins: [] } },
    { token: jwt, organization: undefined },
  )

  expect(actor.can('artifact:read', { projectId: project.id })).toBe(true)
  expect(actor.can('contract:update', { projectId: project.id })).toBe(false)
})

test.each<[string, Partial<NewApiToken>]>([
  ['an attester without a project', { project: undefined }],
  ['a right that nobody grants', { rights: ['api_token:create'] }],
  ['a right that does not exist', { rights: ['*'] }],
  ['an internal right', { rights: ['internal:receipts'] }],
  ['further rights of a viewer', { role: 'viewer', project: undefined, rights: ['artifact:read'] }],
  ['no name', { name: '' }],
  ['an expiry in the past', { expiresInSeconds: -1 }],
  ['an expiry of nothing', { expiresInSeconds: 0 }],
  ['an expiry in 200 years', { expiresInSeconds: 200 * 365 * 86_400 }],
  ['an expiry that is no number', { expiresInSeconds: Number.NaN }],
])('there is no token with %s', async (_what, given) => {
  await expect(create(given)).toFailWith('invalid')
})

test.each([[{ name: 'missing' }], [{ id: randomUUID() }], [{ id: "' or 1=1" }]])(
  'there is no token of project %j',
  async (reference) => {
    await expect(create({ project: reference })).toFailWith('not_found')
  },
)

test('names are unique among live tokens of a scope', async () => {
  const { id } = await create()
  await create({ role: 'viewer', project: undefined })

  await expect(create()).toFailWith('already_exists')
  await expect(create({ role: 'operator', project: undefined })).toFailWith('already_exists')
  await revokeApiToken(world, world.operator, { id })
  await create()
})

test('lists show what is live, oldest first, and the rest on demand', async () => {
  const { id } = await create({ name: 'old' })
  await create({ name: 'new' })
  await create({ name: 'reader', role: 'viewer', project: undefined })
  await revokeApiToken(world, world.operator, { id })

  expect(await names()).toEqual(['new', 'reader'])
  expect(await names({ status: 'revoked' })).toEqual(['old'])
  expect(await names({ status: 'any' })).toEqual(['old', 'new', 'reader'])
  expect(await names({ scope: 'project' })).toEqual(['new'])
  expect(await names({ scope: 'organization' })).toEqual(['reader'])
  expect(await names({ project: { name: 'app' } })).toEqual(['new'])
})

test('revoking twice, or what never was, is not found', async () => {
  const { id } = await create()
  await revokeApiToken(world, world.operator, { id })

  for (const unknown of [id, randomUUID(), 'x', '']) {
    await expect(revokeApiToken(world, world.operator, { id: unknown })).toFailWith('not_found')
  }
})

test('another organization neither lists nor revokes it', async () => {
  const { id } = await create()
  const foreigner = await world.foreigner()

  await expect(revokeApiToken(world, foreigner, { id })).toFailWith('not_found')
  await expect(signApiToken({ ...world, tokens }, foreigner, { id })).toFailWith('not_found')
  expect(
    await listApiTokens(world, foreigner, {
      project: undefined,
      scope: 'any',
      status: 'any',
      page: cursorPage(undefined),
    }),
  ).toEqual({ items: [], nextCursor: '' })
})

test('a list goes on where its page ended', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five']) await create({ name })
  const all = await names({ status: 'any' })
  const seen: string[] = []
  let cursor = ''
  do {
    const page = cursorPage({ cursor, limit: 2 })
    const found = await listApiTokens(world, world.operator, {
      project: undefined,
      scope: 'any',
      status: 'any',
      page,
    })
    seen.push(...found.items.map(({ name }) => name))
    cursor = found.nextCursor
  } while (cursor !== '')

  expect(all).toHaveLength(5)
  expect(seen).toEqual(all)
})

test('only operators make and revoke tokens', async () => {
  const { id } = await create()
  const viewer = actorOf(world.organization, 'viewer')

  for (const actor of [viewer, world.attester(project)]) {
    await expect(create({ name: 'mine' }, actor)).toFailWith('forbidden')
    await expect(revokeApiToken(world, actor, { id })).toFailWith('forbidden')
  }
})

test('the audit log says who made and revoked it, and never the token', async () => {
  const { id } = await create()
  await revokeApiToken(world, world.operator, { id })
  const entries = await world.db
    .selectFrom('audit_entries')
    .where('organization_id', '=', world.organization.id)
    .where('target_id', '=', id)
    .selectAll()
    .execute()

  expect(entries.map(({ action }) => action).toSorted()).toEqual([
    'api_token.created',
    'api_token.revoked',
  ])
  expect(JSON.stringify(entries)).not.toMatch(/eyJ/)
})
