import type { Logger } from '@chainloop/kit/logger'
import { fromPglite, PgBoss } from 'pg-boss'

import type { Database } from './open-database.ts'

export interface QueueOptions {
  readonly databaseUrl: string | undefined
  readonly schema: string
  readonly log: Logger
}

/** The durable queue, in the database itself: a job exists exactly if the transaction that sent it was committed. */
export type Queue = PgBoss & {
  /** Where its tables are. */
  readonly schema: string
}

export async function openQueue(
  { pglite }: Pick<Database, 'pglite'>,
  { databaseUrl, schema, log }: QueueOptions,
): Promise<Queue & AsyncDisposable> {
  const common = { schema, superviseIntervalSeconds: 5, monitorIntervalSeconds: 5 }
  const boss = pglite
    ? new PgBoss({ ...common, db: fromPglite(pglite), backend: 'pglite' })
    : new PgBoss({ ...common, connectionString: databaseUrl ?? '', max: 3 })
  boss.on('error', (err) => log.warn({ err }, 'the queue reports an error'))
  await boss.start()
  return Object.assign(boss, {
    schema,
    [Symbol.asyncDispose]: () => boss.stop({ graceful: true, close: true, timeout: 5_000 }),
  })
}
