import type { PgBoss } from 'pg-boss'

export const deliveriesQueue = 'deliveries'
/** Where the queue puts what it gave up without hearing from a worker. */
export const deadQueue = 'deliveries-dead'

/** What a job says: never content, only what it is about. */
export interface DeliveryJobData {
  readonly deliveryId: string
  readonly organizationId: string
  /** W3C trace context of the request that stored the attestation. */
  readonly trace: Readonly<Record<string, string>>
}

/**
 * Seconds. The control plane says when a delivery is tried again, and when no more; this is for jobs whose worker never
 * came to report: they are taken up again soon.
 */
const retryPolicy = {
  retryLimit: 10_000,
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: 60,
} as const

const day = 86_400

/** Makes the queues that the workers take from, or brings them up to date. */
export async function createDeliveryQueues(queue: PgBoss): Promise<void> {
  const options = {
    ...retryPolicy,
    deadLetter: deadQueue,
    // A worker that dies is noticed by its heartbeat; this only ends one that hangs.
    heartbeatSeconds: 10,
    expireInSeconds: 600,
    // What is held back may wait for long.
    retentionSeconds: 365 * day,
    deleteAfterSeconds: day,
    // Workers listen to a channel of their own, on which they are also told what was held and is let go.
    notify: false,
  }
  await queue.createQueue(deadQueue, {
    retryLimit: 1000,
    retryDelay: 10,
    retryBackoff: true,
    retryDelayMax: 600,
    retentionSeconds: 30 * day,
  })
  await queue.createQueue(deliveriesQueue, options)
  await queue.updateQueue(deliveriesQueue, options)
  // Fills the queue's cache of itself: inside a transaction on PGlite it could not ask for it.
  await queue.insert(deliveriesQueue, [])
}
