import { currentTrace } from '@chainloop/kit/trace-context'
import type { Kysely, Transaction } from 'kysely'
import { fromKysely } from 'pg-boss'

import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { Schema } from '../db/schema.ts'
import * as deliveries from './delivery-repo.ts'
import { type DeliveryJobData, deliveriesQueue } from './queue.ts'

export interface StoredAttestation {
  readonly id: string
  readonly organizationId: string
  readonly projectId: string
  readonly workflowId: string
  readonly runId: string
}

/**
 * One delivery and one job for each live attachment of the workflow, in the transaction that stores the attestation:
 * "stored" and "will be delivered" are one fact. Returns how many.
 */
export async function enqueueDeliveries(
  trx: Transaction<Schema>,
  { queue }: Pick<Context, 'queue'>,
  attestation: StoredAttestation,
): Promise<number> {
  const inserted = await deliveries.insertForAttachments(trx, attestation)
  if (inserted.length > 0) await sendJobs(trx, { queue }, { ...attestation, deliveries: inserted })
  return inserted.length
}

/** In the transaction of the caller. */
export async function sendJobs(
  trx: Db,
  { queue }: Pick<Context, 'queue'>,
  given: {
    readonly organizationId: string
    readonly deliveries: readonly deliveries.NewDelivery[]
  },
): Promise<void> {
  const { organizationId } = given
  const trace = currentTrace()
  const jobs = given.deliveries.map(({ id, jobId }) => ({
    id: jobId,
    data: { deliveryId: id, organizationId, trace } satisfies DeliveryJobData,
  }))
  await queue.insert(deliveriesQueue, jobs, { db: fromKysely(trx satisfies Kysely<Schema>) })
}
