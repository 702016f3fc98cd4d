import type { PGlite } from '@electric-sql/pglite'
import { afterAll } from '@jest/globals'
import { sql } from 'kysely'

import { type Database, openDatabase } from '../db/open-database.ts'
import { createPool } from './pool.ts'
import { copyTemplate } from './server-template.ts'
import { openTemplate, TEMPLATE_QUEUE } from './template.ts'

export interface TestDatabase extends Database {
  /** For other processes; absent where the engine is embedded. */
  readonly url?: string
}

const url = process.env['TEST_DATABASE_URL']
const server = createPool(() => openOnServer(url ?? ''), empty)
const embedded = createPool(openEmbedded, empty)
// Jest loads this module once for each test file.
afterAll(async () => {
  await server.close()
  await embedded.close()
})

/**
 * A migrated database without rows, for its holder alone: one of its own on the server that `TEST_DATABASE_URL` names
 * (as a superuser), else PGlite in memory. When it is disposed of, the next test of the file gets it, emptied.
 */
export async function openTestDatabase(): Promise<TestDatabase> {
  const { item, [Symbol.asyncDispose]: release } = await (url ? server : embedded).take()
  return { ...item, [Symbol.asyncDispose]: release }
}

/** The same, embedded in any case. */
export async function openTestEngine(): Promise<{ readonly pglite: PGlite } & AsyncDisposable> {
  const { item, [Symbol.asyncDispose]: release } = await embedded.take()
  return { pglite: item.pglite, [Symbol.asyncDispose]: release }
}

async function openEmbedded(): Promise<TestDatabase & { readonly pglite: PGlite }> {
  const pglite = await openTemplate()
  return { ...(await openDatabase({ pglite })), pglite }
}

async function openOnServer(serverUrl: string): Promise<TestDatabase> {
  await using stack = new AsyncDisposableStack()
  const { url: own } = stack.use(await copyTemplate(serverUrl))
  const { db } = stack.use(await openDatabase({ url: own, poolSize: 5 }))
  const open = stack.move()
  return { db, url: own, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** Replicas fire neither foreign keys nor the triggers that keep logs append-only. */
async function empty({ db }: TestDatabase): Promise<void> {
  await sql`do ${sql.lit(`
    declare name text;
    begin
      set local session_replication_role = replica;
      for name in
        select format('%I.%I', schemaname, tablename) from pg_tables
        where schemaname in (current_schema(), '${TEMPLATE_QUEUE}')
          and tablename not in ('kysely_migration', 'kysely_migration_lock', 'version')
      loop execute 'delete from ' || name; end loop;
    end`)}`.execute(db)
}
