import { randomBytes } from 'node:crypto'

import { unavailable } from '@chainloop/kit/errors'
import { silentLogger } from '@chainloop/kit/logger'
import { sealingKey } from '@chainloop/kit/secrets/seal'
import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { checkBackends } from '../jobs/check-backends.ts'
import { databaseStore } from '../secrets/database-store.ts'
import { createSecrets } from '../secrets/secrets.ts'
import { openStorageWorld } from '../storage/testing/storage-world.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import * as casBackends from './cas-backend-repo.ts'
import { chooseCasBackend } from './choose-cas-backend.ts'
import { keepCasBackend, type NewCasBackend, tryCasBackend } from './create-cas-backend.ts'
import { deleteCasBackend } from './delete-cas-backend.ts'
import { getCasBackend } from './get-cas-backend.ts'
import { listCasBackends } from './list-cas-backends.ts'
import { revalidateCasBackend } from './revalidate-cas-backend.ts'
import { type CasBackendChange, tryChange, updateCasBackend } from './update-cas-backend.ts'

const registry: NewCasBackend = {
  name: 'registry',
  provider: 'OCI',
  location: 'registry.example/evidence',
  description: '',
  isDefault: false,
  isFallback: false,
  maxBlobBytes: 0,
  credentials: { username: 'robot', password: 'top-secret' },
}

async function openWorld() {
  const world = await openStorageWorld()
  const { db, operator, storage, organization } = world
  const kept = createSecrets([databaseStore([sealingKey(randomBytes(32))])])
  const ctx = { db, storage, secrets: kept, trials: kept, log: silentLogger }
  return {
    ...world,
    ctx,
    /** As the API does it. */
    async create(wanted: Partial<NewCasBackend> = {}) {
      const tried = await tryCasBackend(ctx, operator, { ...registry, ...wanted })
      return keepCasBackend(ctx, operator, tried)
    },
    async update(change: CasBackendChange) {
      await tryChange(ctx, operator, change)
      return updateCasBackend(ctx, operator, change)
    },
    async roles() {
      const all = await casBackends.list(db, { organizationId: organization.id })
      const named = (is: (one: (typeof all)[number]) => boolean) => all.find(is)?.name
      return [named((one) => one.isDefault), named((one) => one.isFallback)]
    },
    async secretOf(name: string) {
      const { organizationId, secretId: id = '' } = await getCasBackend(db, {
        organizationId: organization.id,
        name,
      })
      return JSON.parse(
        Buffer.from(await kept.read(db, { organizationId, id })).toString(),
      ) as unknown
    },
    actions: async () =>
      (await db.selectFrom('audit_entries').select('action').orderBy('created_at').execute()).map(
        ({ action }) => action,
      ),
  }
}

test('a backend is kept with its credentials, which are in no row and no audit entry', async () => {
  await using world = await openWorld()
  const backend = await world.create()

  expect(backend).toMatchObject({ name: 'registry', status: 'ok', credentialsVersion: 0 })
  expect(await world.secretOf('registry')).toEqual(registry.credentials)
  const rows = await Promise.all([
    world.db.selectFrom('cas_backends').selectAll().execute(),
    world.db.selectFrom('audit_entries').selectAll().execute(),
  ])
  expect(JSON.stringify(rows)).not.toContain('top-secret')
  expect(await world.db.selectFrom('secrets').select('id').execute()).toHaveLength(1)
  await expect(world.create()).toFailWith('already_exists')
})

test('storage that refuses is told why, and nothing of it is kept', async () => {
  await using world = await openWorld()

  await expect(world.create({ location: 'broken.example/x' })).toFailWith('invalid', '401')

  expect(await world.db.selectFrom('secrets').select('id').execute()).toEqual([])
  expect(await world.actions()).toEqual([])
})

test.each([
  [{ provider: 'INLINE' }, 'invalid', 'cannot be added'],
  [{ provider: 'AWS-S3-ACCESS-POINT' }, 'invalid', 'cannot be added'],
  [{ location: '' }, 'invalid', 'location'],
  [{ name: 'Not A Name' }, 'invalid', 'name'],
  [{ maxBlobBytes: 1000 }, 'invalid', '10485760'],
  [{ isDefault: true, isFallback: true }, 'invalid', 'not both'],
] as const)('%j is refused before the storage is asked', async (wanted, code, message) => {
  await using world = await openWorld()

  await expect(world.create(wanted)).toFailWith(code, message)
  expect(world.storage.calls).toEqual([])
})

test('folders of the filesystem are below the own one, whatever they are called', async () => {
  await using world = await openWorld()
  const { location } = await world.create({ provider: 'FILESYSTEM', location: 'archive' })

  expect(location).toBe(`${world.organization.id}/archive`)
})

test('there is one default and one fallback at most, and who loses the default is followed', async () => {
  await using world = await openWorld()
  await world.create({ isDefault: true })
  expect(await world.roles()).toEqual(['registry', undefined])
  await world.update({ name: 'second', isFallback: true })
  expect(await world.roles()).toEqual(['registry', 'second'])

  await world.update({ name: 'registry', isDefault: false })
  expect(await world.roles()).toEqual(['second', undefined])
  await world.update({ name: 'registry', isFallback: true })
  await world.update({ name: 'registry', isDefault: true })
  expect(await world.roles()).toEqual(['registry', undefined])
  await deleteCasBackend(world, world.operator, { name: 'registry' })
  expect(await world.roles()).toEqual(['inline', undefined])
})

test('new credentials are tried first, take the place of the old ones, and are counted', async () => {
  await using world = await openWorld()
  const before = await world.create()
  world.storage.before = (call) => {
    if (call.startsWith('probe')) throw unavailable('not now')
  }
  const credentials = { username: 'robot', password: 'rotated' }
  await expect(world.update({ name: 'registry', credentials })).toFailWith('unavailable')
  expect(await world.secretOf('registry')).toEqual(registry.credentials)
  world.storage.before = () => {}

  const after = await world.update({ name: 'registry', credentials })

  expect(after).toMatchObject({ secretId: before.secretId, credentialsVersion: 1 })
  expect(await world.secretOf('registry')).toEqual(credentials)
  expect(
    JSON.stringify(await world.db.selectFrom('audit_entries').selectAll().execute()),
  ).not.toContain('rotated')
})

test('the storage inside attestations has no limit to set, no credentials, and is not deleted', async () => {
  await using world = await openWorld()

  await expect(world.update({ name: 'inline', maxBlobBytes: 10 << 20 })).toFailWith('conflict')
  await expect(world.update({ name: 'inline', credentials: {} })).toFailWith('conflict')
  await expect(deleteCasBackend(world, world.operator, { name: 'inline' })).toFailWith('conflict')
  await expect(revalidateCasBackend(world, world.operator, { name: 'inline' })).toFailWith(
    'conflict',
  )
  expect(await world.update({ name: 'inline', description: 'small things' })).toMatchObject({
    description: 'small things',
  })
})

test('a deleted backend gives its name free and keeps its credentials', async () => {
  await using world = await openWorld()
  const { secretId, id } = await world.create()
  await deleteCasBackend(world, world.operator, { name: 'registry' })

  await expect(
    getCasBackend(world.db, { organizationId: world.organization.id, name: 'registry' }),
  ).toFailWith('not_found')
  expect(await world.db.selectFrom('secrets').select('id').execute()).toEqual([{ id: secretId }])
  expect((await world.create()).id).not.toBe(id)
})

test('the checker notes what does not work any more, once, and when it works again', async () => {
  await using world = await openWorld()
  await world.db.updateTable('cas_backends').set({ check_due_at: new Date() }).execute()
  await world.db
    .updateTable('cas_backends')
    .set({ location: 'broken', provider: 'OCI' })
    .where('name', '=', 'filesystem')
    .execute()
  const later = new Date(Date.now() + 1000)
  expect(await checkBackends(world.ctx, later)).toBe(2)
  expect(await checkBackends(world.ctx, later)).toBe(0)
  await expect(chooseCasBackend(world.db, { organizationId: world.organization.id })).toFailWith(
    'forbidden',
    '401',
  )
  await world.update({ name: 'second', isFallback: true })
  expect(await chooseCasBackend(world.db, { organizationId: world.organization.id })).toMatchObject(
    {
      name: 'second',
    },
  )

  await world.db
    .updateTable('cas_backends')
    .set({ location: 'fine' })
    .where('name', '=', 'filesystem')
    .execute()
  await revalidateCasBackend(world, world.operator, { name: 'filesystem' })
  expect(await checkBackends(world.ctx)).toBe(1)

  expect(
    await getCasBackend(world.db, { organizationId: world.organization.id, name: 'filesystem' }),
  ).toMatchObject({ status: 'ok', validationError: undefined })
  expect(
    (await world.actions()).filter((action) => action === 'cas_backend.status_changed'),
  ).toHaveLength(2)
})

test('a way to the storage that is broken says nothing of the storage', async () => {
  await using world = await openWorld()
  world.storage.before = () => {
    throw unavailable('the artifact CAS does not answer')
  }
  await checkBackends(world.ctx, new Date(Date.now() + 1000))

  expect(
    await getCasBackend(world.db, { organizationId: world.organization.id, name: 'filesystem' }),
  ).toMatchObject({ status: 'ok' })
})

test('viewers change nothing, and the backends of others are not there', async () => {
  await using world = await openWorld()
  const viewer = actorOf(world.organization, 'viewer')
  const stranger = actorOf(await insertOrganization(world.db, 'stranger'), 'operator')
  await world.create()
  const change = { name: 'registry', description: 'mine' }

  for (const [actor, code] of [
    [viewer, 'forbidden'],
    [stranger, 'not_found'],
  ] as const) {
    await expect(tryChange(world.ctx, actor, change)).toFailWith(code)
    await expect(deleteCasBackend(world, actor, change)).toFailWith(code)
    await expect(revalidateCasBackend(world, actor, change)).toFailWith(code)
  }
  await expect(tryCasBackend(world.ctx, viewer, registry)).toFailWith('forbidden')
  const seen = await listCasBackends(world, stranger, { cursor: '', limit: 10 })
  expect(seen.items.map(({ name }) => name).toSorted()).toEqual(['filesystem', 'inline'])
})

test('the list comes in pages', async () => {
  await using world = await openWorld()
  const names: string[] = []
  let cursor = ''
  do {
    const page = await listCasBackends(world, world.operator, { cursor, limit: 2 })
    names.push(...page.items.map(({ name }) => name))
    cursor = page.nextCursor
  } while (cursor !== '')

  expect(names.toSorted()).toEqual(['filesystem', 'inline', 'second'])
})
