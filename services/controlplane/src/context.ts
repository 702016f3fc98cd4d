import { createLogger, type Logger } from '@chainloop/kit/logger'
import { createMetrics } from '@chainloop/kit/metrics'
import type { PGlite } from '@electric-sql/pglite'
import type { PgBoss } from 'pg-boss'
import type { Registry } from 'prom-client'

import { createTokens, type Tokens } from './auth/tokens.ts'
import type { Config } from './config.ts'
import type { Db } from './db/db.ts'
import { migrate } from './db/migrate.ts'
import { type Database, openDatabase } from './db/open-database.ts'
import { openQueue } from './db/queue.ts'
import { loadTokenKeys, type TokenKeys } from './keys/token-keys.ts'
import { VERSION } from './version.ts'

/** What use cases may ask for; each takes a `Pick` of it. */
export interface Context {
  readonly config: Config
  readonly db: Db
  readonly log: Logger
  readonly registry: Registry
  readonly queue: PgBoss
  readonly tokenKeys: TokenKeys
  readonly tokens: Tokens
}

/** What a process that composes several services hands over. */
export interface ContextDependencies {
  /** The embedded engine, when somebody else has opened it and closes it. */
  readonly pglite?: PGlite
  readonly log?: Logger
}

export interface OpenContext extends Context, AsyncDisposable {
  /** The embedded engine of this context, for the queue's workers in the same process. */
  readonly pglite?: PGlite
}

/** The composition root: the only place that knows which implementation stands behind each name. */
export async function createContext(
  config: Config,
  given: ContextDependencies = {},
): Promise<OpenContext> {
  const log = given.log ?? createLogger({ name: 'controlplane' })
  await using stack = new AsyncDisposableStack()

  const tokenKeys = await loadTokenKeys(config)
  const database = await openMigrated(config, { ...given, log, stack })
  const queue = stack.use(
    await openQueue(database, { databaseUrl: config.databaseUrl, schema: config.queueSchema, log }),
  )

  const open = stack.move()
  return {
    config,
    db: database.db,
    ...(database.pglite ? { pglite: database.pglite } : {}),
    log,
    registry: createMetrics({ service: 'controlplane', version: VERSION }),
    queue,
    tokenKeys,
    tokens: createTokens(tokenKeys, config.issuer),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function openMigrated(
  { databaseUrl: url, databasePoolSize: poolSize, dataDir }: Config,
  { pglite, log, stack }: { pglite?: PGlite; log: Logger; stack: AsyncDisposableStack },
): Promise<Database> {
  const database = await open()
  const applied = await migrate(database.db)
  if (applied.length > 0) log.info({ applied }, 'migrations applied')
  return database

  async function open(): Promise<Database> {
    if (pglite) return openDatabase({ pglite })
    if (url !== undefined) return stack.use(await openDatabase({ url, poolSize }))
    if (dataDir === undefined) throw new Error('set DATABASE_URL or CHAINLOOP_DATA_DIR')
    log.warn({ dataDir }, 'the embedded database survives a killed process but not a power loss')
    return stack.use(await openDatabase({ dataDir }))
  }
}
