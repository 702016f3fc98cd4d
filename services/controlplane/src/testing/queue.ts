import { silentLogger } from '@chainloop/kit/logger'

import { openQueue, type Queue } from '../db/queue.ts'
import type { TestDatabase } from './database.ts'
import { TEMPLATE_QUEUE } from './template.ts'

/** The queue of a test's database, without jobs and without queues. */
export function openTestQueue(database: TestDatabase): Promise<Queue & AsyncDisposable> {
  const where = { databaseUrl: database.url, schema: TEMPLATE_QUEUE, log: silentLogger }
  return openQueue(database, where)
}
