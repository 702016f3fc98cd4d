import { silentLogger } from '@chainloop/kit/logger'
import type { PgBoss } from 'pg-boss'

import { openQueue } from '../db/queue.ts'
import type { TestDatabase } from './database.ts'
import { TEMPLATE_QUEUE } from './template.ts'

/** The queue of a test's database, without jobs and without queues. */
export function openTestQueue(database: TestDatabase): Promise<PgBoss & AsyncDisposable> {
  const where = { databaseUrl: database.url, schema: TEMPLATE_QUEUE, log: silentLogger }
  return openQueue(database, where)
}
