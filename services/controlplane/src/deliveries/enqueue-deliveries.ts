import { currentTrace } from '@chainloop/kit/trace-context'
import type { Kysely, Transaction } from 'kysely'
import { fromKysely } from 'pg-boss'

import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { Schema } from '../db/schema.ts'
import * as attachments from '../integrations/attachment-repo.ts'
import * as deliveries from './delivery-repo.ts'
import type { Hold } from './delivery.ts'
import * as holds from './held-repo.ts'
import { heldPriority, readyPriority, wakeWorkers } from './job-repo.ts'
import * as lanes from './lane-repo.ts'
import { type Lane, holdOf } from './lane.ts'
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
  const { organizationId, workflowId } = attestation
  const destinations = await attachments.destinations(trx, { organizationId, workflowId })
  return enqueueTo(trx, { queue }, { attestation, destinations, generation: 1 })
}

export interface Enqueued {
  readonly attestation: StoredAttestation
  readonly destinations: readonly attachments.Destination[]
  readonly generation: number
  readonly replayId?: string
}

/** What was queued already under that generation is left out. Returns how many. */
export async function enqueueTo(
  tx: Db,
  { queue }: Pick<Context, 'queue'>,
  { attestation, destinations, ...origin }: Enqueued,
): Promise<number> {
  if (destinations.length === 0) return 0
  const { organizationId } = attestation
  const byId = await lanes.findAll(tx, {
    organizationIds: [organizationId],
    integrationIds: destinations.map(({ integrationId }) => integrationId),
  })
  const taken = new Set<string>()
  const wanted: deliveries.NewDelivery[] = []
  for (const destination of destinations) {
    const lane = byId.get(destination.integrationId)
    if (!lane) continue
    const held = await holdInOrder(tx, { lane, orderKey: destination.orderKey, taken })
    wanted.push({ ...destination, ...origin, held })
  }
  const inserted = await deliveries.insertAll(tx, attestation, wanted)
  await sendJobs(tx, { queue }, { organizationId, deliveries: inserted, lanes: byId })
  return inserted.length
}

/** Why a new delivery has to wait, if it has to; the first of its key goes ahead. */
export async function holdInOrder(
  tx: Db,
  { lane, orderKey, taken }: { lane: Lane; orderKey: string; taken: Set<string> },
): Promise<Hold> {
  const { organizationId, integrationId } = lane
  if (orderKey === '') return holdOf(lane)
  const name = `${integrationId}/${orderKey}`
  await holds.lockOrder(tx, integrationId, orderKey)
  const behind =
    taken.has(name) || (await holds.isBehind(tx, { organizationId, integrationId, orderKey }))
  taken.add(name)
  return behind ? 'order' : holdOf(lane)
}

/** In the transaction of the caller. */
export async function sendJobs(
  trx: Db,
  { queue }: Pick<Context, 'queue'>,
  given: {
    readonly organizationId: string
    readonly deliveries: readonly deliveries.InsertedDelivery[]
    readonly lanes: ReadonlyMap<string, Lane>
  },
): Promise<void> {
  const { organizationId } = given
  if (given.deliveries.length === 0) return
  const trace = currentTrace()
  const jobs = given.deliveries.map(({ id, jobId, integrationId, held }) => ({
    id: jobId,
    data: { deliveryId: id, organizationId, trace } satisfies DeliveryJobData,
    priority: held === '' ? readyPriority : heldPriority,
    // The queue counts how many of a registration are being worked on; the tier names the limit.
    group: { id: integrationId, tier: String(given.lanes.get(integrationId)?.maxConcurrency ?? 1) },
  }))
  await queue.insert(deliveriesQueue, jobs, { db: fromKysely(trx satisfies Kysely<Schema>) })
  await wakeWorkers(trx)
}
