import { type Kysely, sql } from 'kysely'

import { indexes } from './migrations/indexes.ts'
import type { Schema } from './schema.ts'

/** Any number: whoever holds it builds. */
const LOCK = 0x43_4c_49_58

/**
 * Builds the indexes that are missing, and those again whose building was interrupted; nobody who writes waits for it.
 * When several servers start at once, one builds and the others go on without. Returns the names of those built.
 */
export async function buildIndexes(db: Kysely<Schema>): Promise<readonly string[]> {
  return db.connection().execute(async (connection) => {
    const { rows } = await sql<{
      held: boolean
    }>`select pg_try_advisory_lock(${LOCK}) as held`.execute(connection)
    if (!rows[0]?.held) return []
    try {
      return await buildMissing(connection)
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(connection)
    }
  })
}

async function buildMissing(db: Kysely<Schema>): Promise<readonly string[]> {
  const found = await sql<{ name: string; valid: boolean }>`
    select c.relname as name, i.indisvalid as valid from pg_index as i
    join pg_class as c on c.oid = i.indexrelid
    where c.relnamespace = current_schema()::regnamespace`.execute(db)
  const valid = new Map(found.rows.map((row) => [row.name, row.valid]))
  const built: string[] = []
  for (const [name, definition] of Object.entries(indexes)) {
    if (valid.get(name)) continue
    if (valid.has(name)) await sql.raw(`drop index concurrently ${name}`).execute(db)
    await sql.raw(`create index concurrently ${name} on ${definition}`).execute(db)
    built.push(name)
  }
  return built
}
