import { currentTrace } from '@chainloop/kit/trace-context'
import type { Kysely, Transaction } from 'kysely'
import { fromKysely } from 'pg-boss'

import type { Context } from '../context.ts'
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
  const ids = await deliveries.insertForAttachments(trx, attestation)
  if (ids.length === 0) return 0
  const trace = currentTrace()
  const { organizationId } = attestation
  const jobs = ids.map((deliveryId) => ({
    data: { deliveryId, organizationId, trace } satisfies DeliveryJobData,
  }))
  await queue.insert(deliveriesQueue, jobs, { db: fromKysely(trx satisfies Kysely<Schema>) })
  return ids.length
}
