import type { Logger } from '@chainloop/kit/logger'
import type { PGlite } from '@electric-sql/pglite'
import { PgBoss, fromPglite } from 'pg-boss'
import { z } from 'zod'

import { deadQueue, deliveriesQueue, pluginTasksQueue } from './dispatch/queues.ts'

export interface QueueOptions {
  readonly databaseUrl: string | undefined
  readonly schema: string
  /** The embedded engine of this process. */
  readonly pglite: PGlite | undefined
  readonly log: Logger
}

/** Not started. Its tables belong to the control plane, which makes and migrates them. */
export function queueOf({ databaseUrl, schema, pglite, log }: QueueOptions): PgBoss {
  const boss = new PgBoss({
    ...databaseOf(databaseUrl, pglite),
    schema,
    migrate: false,
    createSchema: false,
    schedule: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  })
  boss.on('error', (err) => log.error({ err }, 'queue'))
  boss.on('warning', (warning) => log.warn({ warning }, 'queue'))
  return boss
}

function databaseOf(
  databaseUrl: string | undefined,
  pglite: PGlite | undefined,
): ConstructorParameters<typeof PgBoss>[0] & object {
  if (pglite) return { db: fromPglite(pglite), backend: 'pglite' }
  if (databaseUrl)
    return { connectionString: databaseUrl, application_name: 'chainloop-integrations' }
  throw new TypeError('DATABASE_URL is required where no embedded engine is handed in')
}

/** Throws until the control plane has made the queues. */
export async function startQueue(boss: PgBoss): Promise<void> {
  await boss.start()
  for (const name of [deliveriesQueue, deadQueue, pluginTasksQueue]) {
    if (!(await boss.getQueue(name))) throw new Error(`queue ${name} is not there yet`)
  }
}

/**
 * On the embedded engine nobody else can hold a job: what is active belongs to a process that died. On a server the
 * heartbeat tells.
 */
export async function reviveActiveJobs(boss: PgBoss, schema: string): Promise<void> {
  const { rows } = await boss
    .getDb()
    .executeSql(`select id::text from "${schema}".job where name = $1 and state = 'active'`, [
      deliveriesQueue,
    ])
  const ids = z.array(z.object({ id: z.string() })).parse(rows)
  if (ids.length > 0) {
    await boss.fail(
      deliveriesQueue,
      ids.map(({ id }) => id),
    )
  }
}
