import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { PGlite } from '@electric-sql/pglite'
import { Kysely, type Logger, PGliteDialect, PostgresDialect } from 'kysely'
import pg from 'pg'

import { lockDirectory } from './lock-directory.ts'
import type { Schema } from './schema.ts'

/** Exactly one way in: a server's URL, a directory for the embedded engine, or an engine that is open already. */
export type DatabaseOptions =
  | ServerOptions
  | { readonly dataDir: string }
  | { readonly pglite: PGlite }

interface ServerOptions {
  readonly url: string
  readonly poolSize?: number
  /** Is told of every query. */
  readonly log?: Logger
}

export interface Database extends AsyncDisposable {
  readonly db: Kysely<Schema>
  /** The embedded engine, which the queue shares; absent on a server. */
  readonly pglite?: PGlite
}

/** Both engines give the same types: `bigint` a number, `bytea` a Uint8Array, `timestamptz` a Date. */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  if ('url' in options) return Promise.resolve(openServer(options))
  if ('dataDir' in options) return openDirectory(options.dataDir)
  return Promise.resolve(openEmbedded(options.pglite))
}

function openServer({ url, poolSize = 10, log }: ServerOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: 60_000,
    types: parsers,
    // What is asked for is in memory or on a fast disk, and no answer is long enough to be worth compiling for.
    options: '-c random_page_cost=1.1 -c jit=off',
  })
  // A connection that the server drops must not end the process, be it idle or between two queries of a transaction:
  // its next query fails, and the one after gets a new connection.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    ...(log === undefined ? {} : { log }),
  })
  return { db, [Symbol.asyncDispose]: () => db.destroy() }
}

const INT8 = pg.types.builtins.INT8

const parsers: pg.CustomTypesConfig = {
  getTypeParser(oid: Parameters<typeof pg.types.getTypeParser>[0], format?: 'text' | 'binary') {
    return oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format)
  },
}

async function openDirectory(dataDir: string): Promise<Database> {
  await using stack = new AsyncDisposableStack()
  const directory = join(dataDir, 'postgres')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  stack.use(await lockDirectory(directory))
  const pglite = await PGlite.create(directory)
  const { db } = stack.use(openEmbedded(pglite))
  const open = stack.move()
  return { db, pglite, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

function openEmbedded(pglite: PGlite): Database {
  const db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) })
  return {
    db,
    pglite,
    async [Symbol.asyncDispose]() {
      if (!pglite.closed) await pglite.close()
    },
  }
}
