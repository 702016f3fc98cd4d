import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'

import { seedScale } from '../testing/scale/seed.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { indexes } from './migrations/indexes.ts'
import { openDatabase } from './open-database.ts'
import type { Schema } from './schema.ts'

/** The last migration of the release before this one: what runs while this one's are applied. */
const PREVIOUS = '2026-11-23-q-policy-evaluations'

const stack = new AsyncDisposableStack()
let db: Kysely<Schema>
let before: readonly Column[]
let rowsBefore: ReadonlyMap<string, string>

/** As the previous release left it, with what a company has, and then migrated. */
beforeAll(async () => {
  const pglite = await PGlite.create()
  db = stack.use(await openDatabase({ pglite })).db
  const older = Object.entries(migrations).filter(([name]) => name <= PREVIOUS)
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(Object.fromEntries(older)) },
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  await seedScale(db, { runs: 300, organizations: 3 })
  before = await columns()
  rowsBefore = await contents()
  await migrate(db)
})
afterAll(() => stack.disposeAsync())

interface Column {
  readonly table: string
  readonly column: string
  readonly type: string
  readonly isNullable: boolean
  readonly hasDefault: boolean
}

async function columns(): Promise<readonly Column[]> {
  const { rows } = await sql<Column>`
    select c.table_name as table, c.column_name as column, c.udt_name as type,
      c.is_nullable = 'YES' as "isNullable", (c.column_default is not null or c.is_identity = 'YES') as "hasDefault"
    from information_schema.columns as c
    join information_schema.tables as t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'
      and c.table_name not like 'kysely%'
    order by 1, 2`.execute(db)
  return rows
}

/** Of each table of the previous release: how many rows, and a hash of its columns of then. */
async function contents(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const [table, own] of Map.groupBy(before, (column) => column.table)) {
    const values = sql.join(own.map(({ column }) => sql.ref(column)))
    const { rows } = await sql<{ count: number; hash: string }>`
      select count(*) as count, md5(coalesce(string_agg(one, '' order by one), '')) as hash
      from (select row(${values})::text as one from ${sql.table(table)}) as rows`.execute(db)
    found.set(table, `${rows[0]?.count ?? 0} rows, ${rows[0]?.hash ?? ''}`)
  }
  return found
}

test('what the previous release wrote is there, unchanged', async () => {
  const after = await contents()

  expect([...rowsBefore.values()].filter((rows) => !rows.startsWith('0 ')).length).toBeGreaterThan(
    25,
  )
  expect(Object.fromEntries(after)).toEqual(Object.fromEntries(rowsBefore))
})

test('the previous release goes on reading: no column is gone or of another type', async () => {
  const now = new Map((await columns()).map((one) => [`${one.table}.${one.column}`, one.type]))
  const gone = before.filter(({ table, column, type }) => now.get(`${table}.${column}`) !== type)

  expect(gone).toEqual([])
})

test('the previous release goes on writing: new columns of its tables need no value', async () => {
  const known = new Set(before.map(({ table, column }) => `${table}.${column}`))
  const tables = new Set(before.map(({ table }) => table))
  const demanding = (await columns()).filter(
    ({ table, column, isNullable, hasDefault }) =>
      tables.has(table) && !known.has(`${table}.${column}`) && !isNullable && !hasDefault,
  )

  expect(demanding).toEqual([])
})

test('what is computed from what was there is computed', async () => {
  const { rows } = await sql<{ name: string; counted: number; stored: number }>`
    select o.name, s.bytes as counted, (
      select sum(size) from (select distinct on (cas_backend_id, digest) size from upload_receipts as r
        where r.organization_id = o.id order by cas_backend_id, digest) as once)::float8 as stored
    from organizations as o join organization_storage as s on s.organization_id = o.id`.execute(db)

  expect(rows).toHaveLength(3)
  for (const { counted, stored } of rows) expect(counted).toBe(stored)
})

test('every index that is built beside the migrations is there, and one that was interrupted is built again', async () => {
  const built = async (): Promise<string[]> => {
    const { rows } = await sql<{ name: string }>`
      select c.relname as name from pg_index as i join pg_class as c on c.oid = i.indexrelid
      where i.indisvalid and c.relnamespace = current_schema()::regnamespace`.execute(db)
    return rows.map(({ name }) => name)
  }
  expect(await built()).toEqual(expect.arrayContaining(Object.keys(indexes)))

  await sql`update pg_index set indisvalid = false
    where indexrelid = 'runs_by_version'::regclass`.execute(db)
  expect(await migrate(db)).toEqual(['runs_by_version'])
  expect(await built()).toContain('runs_by_version')
  expect(await migrate(db)).toEqual([])
})

test('migrations are named in the order in which they are applied', () => {
  const names = Object.keys(migrations)

  expect(new Set(names).size).toBe(names.length)
  expect(names.toSorted()).toContain(PREVIOUS)
  for (const name of names) expect(name).toMatch(/^\d{4}-\d\d-\d\d-[a-z]+-[a-z-]+$/)
})
