import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import { createApiToken } from '../api-tokens/create-api-token.ts'
import { uploadCredentials } from '../cas-credentials/transfer-credentials.ts'
import * as receipts from '../receipts/receipt-repo.ts'
import { openRunWorld, type RunWorld } from '../runs/testing/run-world.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { applyInstanceQuotas, changeQuota, listQuotas } from './manage-quotas.ts'
import type { Resource } from './quota.ts'

let world: RunWorld
beforeAll(async () => {
  world = await openRunWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await world.db
    .deleteFrom('organization_quotas')
    .where('organization_id', 'is not', null)
    .execute()
  await applyInstanceQuotas(world.db, NONE)
})

const NONE = {
  quotaStoredBytes: undefined,
  quotaRunsPerDay: undefined,
  quotaProjects: undefined,
  quotaApiTokens: undefined,
}
const ADMINISTRATOR = { kind: 'service', id: 'test', name: 'who runs the instance' } as const

async function allow(
  resource: Resource,
  limit: number | 'default' | undefined,
  { id: organizationId } = world.organization,
): Promise<void> {
  await changeQuota(world, { ...ADMINISTRATOR, organizationId }, { resource, limit })
}

async function used(resource: Resource): Promise<number> {
  const all = await listQuotas(world, world.operator)
  return all.find((one) => one.resource === resource)?.used ?? -1
}

const newToken = (name: string) =>
  createApiToken(world, world.operator, {
    name,
    description: '',
    role: 'viewer',
    rights: [],
    project: undefined,
    expiresInSeconds: undefined,
  })

test('without a quota everything goes on, and what is used is shown', async () => {
  await world.open()
  const quotas = await listQuotas(world, world.operator)

  expect(quotas.map(({ resource, limit }) => [resource, limit])).toEqual([
    ['stored_bytes', undefined],
    ['runs_per_day', undefined],
    ['projects', undefined],
    ['api_tokens', undefined],
  ])
  expect(await used('runs_per_day')).toBeGreaterThan(0)
})

test('the last token that is allowed is made, the next one is not, and a revoked one makes room', async () => {
  await allow('api_tokens', (await used('api_tokens')) + 1)

  const { id } = await newToken('last')

  await expect(newToken('too-many')).toFailWith('exhausted', /tokens/)
  await world.db
    .updateTable('api_tokens')
    .set({ revoked_at: new Date() })
    .where('organization_id', '=', world.organization.id)
    .where('id', '=', id)
    .execute()
  expect((await newToken('again')).name).toBe('again')
})

test('two at once do not both take the last place', async () => {
  await allow('api_tokens', (await used('api_tokens')) + 1)

  const results = await Promise.allSettled(['one', 'two', 'three'].map(newToken))

  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('runs are refused until the oldest one is a day old', async () => {
  const opened = await world.open()
  const { id } = opened.run
  await world.db
    .updateTable('runs')
    .set({ created_at: new Date(Date.now() - 23 * 3_600_000) })
    .where('organization_id', '=', world.organization.id)
    .where('id', '=', id)
    .execute()
  await allow('runs_per_day', await used('runs_per_day'))

  const refused = await world.open().catch((cause: unknown) => cause)

  expect(refused).toMatchObject({
    code: 'exhausted',
    reason: 'QUOTA_EXCEEDED',
    metadata: { resource: 'runs_per_day' },
  })
  const { retryAfterMs } = refused as { retryAfterMs: number }
  expect(retryAfterMs).toBeGreaterThan(3_000_000)
  expect(retryAfterMs).toBeLessThanOrEqual(3_600_000)
})

test('a project beyond the quota is not made, and nothing of its workflow', async () => {
  await allow('projects', await used('projects'))

  await expect(world.addWorkflow({ project: 'one-too-many', name: 'build' })).toFailWith(
    'exhausted',
    /projects/,
  )
})

async function receive(
  digest: string,
  { size, transferId = digest }: { readonly size: number; readonly transferId?: string },
): Promise<void> {
  const backend = await world.db
    .selectFrom('cas_backends')
    .where('organization_id', '=', world.organization.id)
    .where('is_default', '=', true)
    .select('id')
    .executeTakeFirstOrThrow()
  await receipts.insertOnce(world.db, {
    organizationId: world.organization.id,
    projectId: world.workflow.project.id,
    backendId: backend.id,
    runId: undefined,
    transferId,
    digest,
    size,
    fileName: '',
    deduplicated: false,
    digestBound: true,
    sweepEpoch: 0,
  })
}

test('bytes are counted once however often they come, and no more once they are removed', async () => {
  const [one, other] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`]
  await receive(one, { size: 700 })
  await receive(one, { size: 700, transferId: 'again' })
  await receive(other, { size: 300 })
  expect(await used('stored_bytes')).toBe(1000)

  await allow('stored_bytes', 1500)
  const upload = (size: number) =>
    uploadCredentials(world, world.operator, { projectName: 'web', size })
  expect((await upload(500)).token).not.toBe('')
  await expect(upload(501)).toFailWith('exhausted', /bytes/)

  await world.db
    .deleteFrom('upload_receipts')
    .where('organization_id', '=', world.organization.id)
    .where('digest', '=', one)
    .execute()
  expect(await used('stored_bytes')).toBe(300)
  expect((await upload(1200)).token).not.toBe('')
})

test("the instance's default holds until an organization has a quota of its own", async () => {
  await applyInstanceQuotas(world.db, { ...NONE, quotaApiTokens: 0 })
  await expect(newToken('none')).toFailWith('exhausted')

  await allow('api_tokens', undefined)
  expect((await newToken('unlimited')).name).toBe('unlimited')

  await allow('api_tokens', 'default')
  await expect(newToken('none-again')).toFailWith('exhausted')
})

test("one organization's quota is not another's", async () => {
  const other = await insertOrganization(world.db, 'roomy')
  await allow('api_tokens', 0)

  const made = await createApiToken(world, actorOf(other, 'operator'), {
    name: 'other',
    description: '',
    role: 'viewer',
    rights: [],
    project: undefined,
    expiresInSeconds: undefined,
  })

  expect(made.name).toBe('other')
})

test('every change is in the audit log, with before and after', async () => {
  await allow('projects', 7)
  const rows = await world.db
    .selectFrom('audit_entries')
    .where('organization_id', '=', world.organization.id)
    .where('action', '=', 'quota.changed')
    .select('details')
    .orderBy('created_at', 'desc')
    .execute()

  expect(rows.map(({ details }) => details)).toContainEqual({
    resource: 'projects',
    before: null,
    after: 7,
  })
})
