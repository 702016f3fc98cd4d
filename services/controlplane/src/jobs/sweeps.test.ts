import { afterAll, beforeAll, expect, test } from '@jest/globals'

import * as apiTokens from '../api-tokens/api-token-repo.ts'
import { updateOrganization } from '../organizations/update-organization.ts'
import { openTestDatabase, type TestDatabase } from '../testing/database.ts'
import { operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { forgetIdempotencyKeys } from './forget-idempotency-keys.ts'
import { revokeUnusedTokens } from './revoke-unused-tokens.ts'

const DAY_MS = 24 * 3_600_000

let database: TestDatabase
let world: OperatorWorld
beforeAll(async () => {
  database = await openTestDatabase()
  world = await operatorWorld(database.db)
})
afterAll(async () => database[Symbol.asyncDispose]())

async function token(name: string, of = world.organization.id): Promise<string> {
  const inserted = await apiTokens.insert(database.db, {
    organizationId: of,
    projectId: undefined,
    name,
    description: '',
    role: 'viewer',
    rights: [],
    createdBy: 'test',
    expiresAt: undefined,
  })
  return inserted?.id ?? ''
}

const usedAt = (id: string, at: Date) =>
  database.db.updateTable('api_tokens').set({ last_used_at: at }).where('id', '=', id).execute()

test('tokens that nobody uses end after as long as their organization says, and no others', async () => {
  const other = await world.foreigner()
  const now = new Date(Date.now() + 40 * DAY_MS)
  const unused = await token('never used')
  const idle = await token('long ago')
  const busy = await token('yesterday')
  const foreign = await token('elsewhere', other.organizationId)
  await usedAt(idle, new Date(now.getTime() - 31 * DAY_MS))
  await usedAt(busy, new Date(now.getTime() - DAY_MS))
  await updateOrganization(world, world.operator, {
    name: world.organization.name,
    settings: { apiTokenMaxDaysInactive: 30 },
  })

  expect(await revokeUnusedTokens(database, now)).toBe(2)
  expect(await revokeUnusedTokens(database, now)).toBe(0)

  const live = await database.db
    .selectFrom('api_tokens')
    .where('revoked_at', 'is', null)
    .where('id', 'in', [unused, idle, busy, foreign])
    .select('id')
    .execute()
  expect(live.map(({ id }) => id).toSorted()).toEqual([busy, foreign].toSorted())
  expect((await world.audited()).filter((action) => action === 'api_token.revoked')).toHaveLength(2)
})

test('replicas that sweep at the same time revoke each token once', async () => {
  const now = new Date(Date.now() + 80 * DAY_MS)
  await updateOrganization(world, world.operator, {
    name: world.organization.name,
    settings: { apiTokenMaxDaysInactive: 30 },
  })
  const ids = await Promise.all(['one', 'two', 'three', 'four'].map((name) => token(name)))
  const before = await revoked(ids)

  await Promise.all([1, 2, 3].map(() => revokeUnusedTokens(database, now)))

  expect(before).toEqual([])
  expect(await revoked(ids)).toEqual(ids.toSorted())
})

/** What the audit log says was revoked, as often as it says so. */
async function revoked(ids: readonly string[]): Promise<string[]> {
  const rows = await database.db
    .selectFrom('audit_entries')
    .where('organization_id', '=', world.organization.id)
    .where('action', '=', 'api_token.revoked')
    .where('target_id', 'in', ids)
    .select('target_id')
    .orderBy('target_id')
    .execute()
  return rows.map(({ target_id: id }) => id)
}

test('answers are kept for who may repeat the request, and forgotten then', async () => {
  const row = (key: string, created: Date) => ({
    organization_id: world.organization.id,
    actor_id: 'a',
    key,
    procedure: 'p',
    request_digest: 'd',
    created_at: created,
  })
  const now = new Date()
  await database.db
    .insertInto('idempotency_keys')
    .values([row('old', new Date(now.getTime() - 3 * DAY_MS)), row('new', now)])
    .execute()

  expect(await forgetIdempotencyKeys(database, now)).toBe(1)
  const left = await database.db.selectFrom('idempotency_keys').select('key').execute()
  expect(left).toEqual([{ key: 'new' }])
})
