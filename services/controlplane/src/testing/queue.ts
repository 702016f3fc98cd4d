import { silentLogger } from '@chainloop/kit/logger'
import type { PgBoss } from 'pg-boss'

import { openQueue } from '../db/queue.ts'
import type { TestDatabase } from './database.ts'

/** The queue of a test's database, without jobs and without queues. */
export function openTestQueue(database: TestDatabase): Promise<PgBoss & AsyncDisposable> {
  const databaseUrl = process.env['TEST_DATABASE_URL']
  return openQueue(database, { databaseUrl, schema: database.queueSchema, log: silentLogger })
}
