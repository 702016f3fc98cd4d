import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'
import { sql } from 'kysely'

import { openTestDatabase } from '../testing/database.ts'
import { inTransaction } from './db.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './open-database.ts'

test('both engines read the same types', async () => {
  await using database = await openTestDatabase()

  const { rows } = await sql<Record<string, unknown>>`
    select 5000000000::bigint as big, '\\x00ff'::bytea as bytes, timestamptz '2026-01-02T03:04:05.678Z' as at,
      '{"a":[1]}'::jsonb as json, array['x','y'] as texts, count(*) as counted`.execute(database.db)
  const row = rows[0] ?? {}

  expect(row['big']).toBe(5_000_000_000)
  expect(row['counted']).toBe(1)
  expect(row['bytes']).toHaveProperty('byteLength', 2)
  expect([...(row['bytes'] as Uint8Array)]).toEqual([0, 255])
  expect((row['at'] as Date).toISOString()).toBe('2026-01-02T03:04:05.678Z')
  expect(row['json']).toEqual({ a: [1] })
  expect(row['texts']).toEqual(['x', 'y'])
})

test('migrating again changes nothing', async () => {
  await using database = await openTestDatabase()

  expect(await migrate(database.db)).toEqual([])
})

test('a failing transaction leaves nothing, and the inner one joins the outer one', async () => {
  await using database = await openTestDatabase()

  const failing = inTransaction(database.db, (tx) =>
    inTransaction(tx, async (inner) => {
      await inner.insertInto('organizations').values({ name: 'gone' }).execute()
      throw new Error('stop')
    }),
  )

  await expect(failing).rejects.toThrow('stop')
  expect(await database.db.selectFrom('organizations').selectAll().execute()).toEqual([])
})

test('a row cannot point into another organization', async () => {
  await using database = await openTestDatabase()
  const [a, b] = await database.db
    .insertInto('organizations')
    .values([{ name: 'a' }, { name: 'b' }])
    .returning('id')
    .execute()
  const project = await database.db
    .insertInto('projects')
    .values({ organization_id: a?.id ?? '', name: 'p' })
    .returning('id')
    .executeTakeFirstOrThrow()

  const crossing = database.db
    .insertInto('project_versions')
    .values({ organization_id: b?.id ?? '', project_id: project.id, version: 'v0' })
    .execute()

  await expect(crossing).rejects.toMatchObject({ code: '23503' })
})

test('audit entries cannot be changed or removed', async () => {
  await using database = await openTestDatabase()
  const { id } = await database.db
    .insertInto('organizations')
    .values({ name: 'a' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await database.db
    .insertInto('audit_entries')
    .values({
      organization_id: id,
      actor_kind: 'service',
      actor_id: 's',
      actor_name: 's',
      action: 'x.y',
      target_type: 'x',
      target_id: '1',
    })
    .execute()

  await expect(database.db.deleteFrom('audit_entries').execute()).rejects.toThrow(/append-only/)
  await expect(
    database.db.updateTable('audit_entries').set({ action: 'z' }).execute(),
  ).rejects.toThrow(/append-only/)
})

test('a data directory has one opener, keeps what was written, and is free again after closing', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'chainloop-db-'))
  try {
    {
      await using first = await openDatabase({ dataDir })
      await migrate(first.db)
      await first.db.insertInto('organizations').values({ name: 'kept' }).execute()
      await expect(openDatabase({ dataDir })).rejects.toThrow(/in use by another process/)
    }
    await using second = await openDatabase({ dataDir })
    const rows = await second.db.selectFrom('organizations').select('name').execute()

    expect(rows).toEqual([{ name: 'kept' }])
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
