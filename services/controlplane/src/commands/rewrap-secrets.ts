import { createLogger } from '@chainloop/kit/logger'

import type { Config } from '../config.ts'
import { openDatabase } from '../db/open-database.ts'
import { loadSealingKeys } from '../keys/sealing-keys.ts'
import { rewrapSecrets } from '../secrets/rewrap-secrets.ts'

/** Seals every secret in the database with the first of the sealing keys: the others are not needed for them any more. */
export async function rewrapSecretsCommand(config: Config): Promise<void> {
  const { databaseUrl, dataDir } = config
  if (databaseUrl === undefined && dataDir === undefined) {
    throw new Error('set DATABASE_URL or CHAINLOOP_DATA_DIR')
  }
  const keys = await loadSealingKeys(config)
  const options = databaseUrl === undefined ? { dataDir: dataDir ?? '' } : { url: databaseUrl }
  await using database = await openDatabase(options)
  const changed = await rewrapSecrets(database.db, keys)
  createLogger({ name: 'rewrap-secrets' }).info({ changed, key: keys[0].id }, 'secrets are sealed')
}
