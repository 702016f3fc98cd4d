import { createLogger } from '@chainloop/kit/logger'

import type { Config } from '../config.ts'
import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open-database.ts'

/** Brings the schema up to date and ends: for a step before new replicas start. */
export async function migrateDatabase({ databaseUrl, dataDir }: Config): Promise<void> {
  if (databaseUrl === undefined && dataDir === undefined) {
    throw new Error('set DATABASE_URL or CHAINLOOP_DATA_DIR')
  }
  const options = databaseUrl === undefined ? { dataDir: dataDir ?? '' } : { url: databaseUrl }
  await using database = await openDatabase(options)
  createLogger({ name: 'migrate' }).info(
    { applied: await migrate(database.db) },
    'schema is up to date',
  )
}
