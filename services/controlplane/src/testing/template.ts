import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { silentLogger } from '@chainloop/kit/logger'
import { PGlite } from '@electric-sql/pglite'

import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open-database.ts'
import { openQueue } from '../db/queue.ts'

/** Where the template has its queue: what the control plane takes when nothing is configured. */
export const TEMPLATE_QUEUE = 'pgboss'

/** A migrated engine in memory with the queue installed, loaded from a file that the first test makes. */
export async function openTemplate(): Promise<PGlite> {
  const path = join(tmpdir(), `chainloop-test-${await templateKey()}.tar`)
  const template = await readFile(path).catch(() => makeTemplate(path))
  return PGlite.create({ loadDataDir: new Blob([new Uint8Array(template)]) })
}

/** Of what the template is made by, so that a change makes a new one. */
export async function templateKey(): Promise<string> {
  const folder = join(import.meta.dirname, '../db/migrations')
  const hash = createHash('sha256').update(String(process.getuid?.() ?? ''))
  const files = (await readdir(folder)).toSorted().map((file) => join(folder, file))
  for (const file of [...files, import.meta.filename]) {
    hash.update(await readFile(file))
  }
  return hash.digest('hex').slice(0, 16)
}

async function makeTemplate(path: string): Promise<Uint8Array> {
  await using database = await openDatabase({ pglite: await PGlite.create() })
  await migrate(database.db)
  const where = { databaseUrl: undefined, schema: TEMPLATE_QUEUE, log: silentLogger }
  const queue = await openQueue(database, where)
  await queue[Symbol.asyncDispose]()
  const dump = await database.pglite?.dumpDataDir('none')
  if (!dump) throw new Error('the embedded engine gave no dump')
  const bytes = new Uint8Array(await dump.arrayBuffer())
  const partial = `${path}.${randomUUID()}`
  await writeFile(partial, bytes, { mode: 0o600 })
  await rename(partial, path)
  return bytes
}
