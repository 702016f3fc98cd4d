import type { Transaction } from 'kysely'
import { fromKysely } from 'pg-boss'
import type { PgBoss } from 'pg-boss'

import type { CasBackend } from '../cas-backends/cas-backend.ts'
import { isInline } from '../cas-backends/cas-backend.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/schema.ts'

export const REPLICATION_QUEUE = 'attestation-replication'

/** What a job says: never content, only what it is about. */
export interface ReplicationJob {
  readonly organizationId: string
  readonly runId: string
}

/** Tries for about two days: an artifact backend may be away for a night. */
export async function createReplicationQueue(queue: PgBoss): Promise<void> {
  await queue.createQueue(REPLICATION_QUEUE, {
    retryLimit: 60,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 3600,
    expireInSeconds: 300,
    heartbeatSeconds: 10,
    retentionSeconds: 30 * 86_400,
    deleteAfterSeconds: 86_400,
    notify: true,
  })
  // Fills the queue's cache of itself: inside a transaction on PGlite it could not ask for it.
  await queue.insert(REPLICATION_QUEUE, [])
}

/** The bundle goes to the run's backend too, unless that keeps everything in attestations. */
export async function enqueueReplication(
  tx: Transaction<Schema>,
  { queue }: Pick<Context, 'queue'>,
  stored: ReplicationJob & { readonly backend: CasBackend },
): Promise<void> {
  if (isInline(stored.backend)) return
  const data: ReplicationJob = { organizationId: stored.organizationId, runId: stored.runId }
  await queue.insert(REPLICATION_QUEUE, [{ data }], { db: fromKysely(tx) })
}
