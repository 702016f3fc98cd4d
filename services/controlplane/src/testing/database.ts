import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { PGlite } from '@electric-sql/pglite'
import { sql } from 'kysely'

import { migrate } from '../db/migrate.ts'
import { type Database, openDatabase } from '../db/open-database.ts'

/**
 * A fresh, migrated database: a schema of its own on the server that `TEST_DATABASE_URL` names, else PGlite in memory,
 * loaded from a template that the first test makes.
 */
export async function openTestDatabase(): Promise<Database> {
  const url = process.env['TEST_DATABASE_URL']
  return url ? openServerSchema(url) : openDatabase({ pglite: await openTemplate() })
}

async function openServerSchema(url: string): Promise<Database> {
  await using stack = new AsyncDisposableStack()
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  const { db: admin } = stack.use(await openDatabase({ url, poolSize: 1 }))
  await sql`create schema ${sql.id(schema)}`.execute(admin)
  stack.defer(async () => {
    await sql`drop schema ${sql.id(schema)} cascade`.execute(admin)
  })
  const { db } = stack.use(await openDatabase({ url, poolSize: 5, schema }))
  await migrate(db)
  const open = stack.move()
  return { db, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

export async function openTemplate(): Promise<PGlite> {
  const path = join(tmpdir(), `chainloop-test-${await templateKey()}.tar`)
  const template = await readFile(path).catch(() => makeTemplate(path))
  return PGlite.create({ loadDataDir: new Blob([new Uint8Array(template)]) })
}

/** Of the migrations' own text, so that a change of one makes a new template. */
async function templateKey(): Promise<string> {
  const folder = join(import.meta.dirname, '../db/migrations')
  const hash = createHash('sha256').update(String(process.getuid?.() ?? ''))
  for (const file of (await readdir(folder)).toSorted()) {
    // eslint-disable-next-line no-await-in-loop -- a hash has an order
    hash.update(await readFile(join(folder, file)))
  }
  return hash.digest('hex').slice(0, 16)
}

async function makeTemplate(path: string): Promise<Uint8Array> {
  await using database = await openDatabase({ pglite: await PGlite.create() })
  await migrate(database.db)
  const dump = await database.pglite?.dumpDataDir('none')
  if (!dump) throw new Error('the embedded engine gave no dump')
  const bytes = new Uint8Array(await dump.arrayBuffer())
  const partial = `${path}.${randomUUID()}`
  await writeFile(partial, bytes, { mode: 0o600 })
  await rename(partial, path)
  return bytes
}
