import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'

import { buildIndexes } from './build-indexes.ts'
import { migrations } from './migrations/index.ts'
import type { Schema } from './schema.ts'

/**
 * Applies what is missing, under PostgreSQL's advisory lock when several servers start at once, and builds the indexes of
 * what is large. Returns the names of both.
 */
export async function migrate(db: Kysely<Schema>): Promise<readonly string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableSchema: await currentSchema(db),
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  const applied = (results ?? []).map((result) => result.migrationName)
  return [...applied, ...(await buildIndexes(db))]
}

async function currentSchema(db: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(db)
  const name = rows[0]?.name
  if (!name) throw new Error('the database has no schema to work in')
  return name
}
