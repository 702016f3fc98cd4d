import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'
import { sql } from 'kysely'

import { openTestDatabase } from '../testing/database.ts'

const SOURCES = join(import.meta.dirname, '..')

/** Queries that are about every organization on purpose. */
const EVERY_ORGANIZATION: Readonly<Record<string, string>> = {
  'audit/sequence-audit.ts': 'asks which organizations have entries waiting',
  'cas-backends/take-due-backends.ts': 'what it finds is checked backend by backend',
  'secrets/forget-unused-secrets.ts': 'a sweep; what it finds is removed place by place',
  'storage/take-task.ts': 'a queue; what it finds is worked on by its organization',
  'jobs/forget-idempotency-keys.ts': 'a sweep of what is old, whoever it was for',
  'provenance/take-due-provenances.ts':
    'a sweep; what it finds is signed organization by organization',
  'transparency/sequence-log.ts': 'asks which organizations have entries waiting',
  'deliveries/release-deliveries.ts': 'a sweep; what it finds is let go lane by lane',
  'replays/running-replay-repo.ts': 'a queue; what it finds is advanced in its organization',
  'jobs/expire-runs.ts': 'a sweep; what it finds is closed organization by organization',
}

const QUERY =
  /\b(?:selectFrom|updateTable|deleteFrom|insertInto|\w*[jJ]oin)\(\s*'(\w+)(?: as \w+)?'/g
/** Inserts need no look: the database refuses rows without an organization, see below. */
const STATEMENT = /\b(?:selectFrom|updateTable|deleteFrom)\(\s*'(\w+)(?: as \w+)?'/g

async function sources(): Promise<{ file: string; text: string }[]> {
  const files = (await readdir(SOURCES, { recursive: true })).filter(
    (file) =>
      file.endsWith('.ts') &&
      !file.endsWith('.test.ts') &&
      !/(^|\/)(testing|migrations)\//.test(file),
  )
  return Promise.all(
    files.map(async (file) => ({ file, text: await readFile(join(SOURCES, file), 'utf8') })),
  )
}

async function tenantTables(): Promise<Set<string>> {
  await using database = await openTestDatabase()
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
    where column_name = 'organization_id' and table_schema = current_schema()`.execute(database.db)
  return new Set(rows.map(({ name }) => name))
}

test("every statement on a tenant's table names the organization", async () => {
  const tables = await tenantTables()
  const found: string[] = []
  let statements = 0

  for (const { file, text } of await sources()) {
    if (file in EVERY_ORGANIZATION) continue
    for (const { table, statement } of statementsOf(text)) {
      if (!tables.has(table)) continue
      statements += 1
      if (!/organization_id/.test(statement)) found.push(`${file}: ${table}`)
    }
  }

  expect(statements).toBeGreaterThan(30)
  expect(found).toEqual([])
})

test('every table that is queried exists', async () => {
  await using database = await openTestDatabase()
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = current_schema()`.execute(
    database.db,
  )
  const known = new Set(rows.map(({ name }) => name))
  const named = (await sources()).flatMap(({ text }) =>
    [...text.matchAll(QUERY)].map(([, table]) => table ?? ''),
  )

  expect(named.filter((table) => !known.has(table))).toEqual([])
})

test('every table of a tenant refuses a row without an organization', async () => {
  await using database = await openTestDatabase()
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
    where column_name = 'organization_id' and is_nullable = 'YES' and table_schema = current_schema()`.execute(
    database.db,
  )

  expect(rows).toEqual([])
})

/** From its first word to the next statement or the end of the function that it is in. */
function statementsOf(text: string): { table: string; statement: string }[] {
  const starts = [...text.matchAll(STATEMENT)]
  return starts.map((match, position) => {
    const next = starts[position + 1]?.index ?? text.length
    const end = text.indexOf('\n}\n', match.index)
    return {
      table: match[1] ?? '',
      statement: text.slice(match.index, Math.min(next, end < 0 ? next : end)),
    }
  })
}
