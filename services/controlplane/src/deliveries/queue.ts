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

/** Seconds. With random pauses of 5 to 10, 10 to 20 … at most 3600, these tries last about a day. */
export const retryPolicy = {
  retryLimit: 32,
  retryDelay: 5,
  retryBackoff: true,
  retryDelayMax: 3600,
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
    retentionSeconds: 30 * day,
    deleteAfterSeconds: day,
    notify: true,
  }
  await queue.createQueue(deadQueue, {
    retryLimit: 1000,
    retryDelay: 10,
    retryBackoff: true,
    retryDelayMax: 600,
    retentionSeconds: 30 * day,
  })
  await queue.createQueue(deliveriesQueue, options)
  const { heartbeatSeconds: _, deadLetter: __, retryDelayMax: ___, ...changeable } = options
  await queue.updateQueue(deliveriesQueue, changeable)
  // Fills the queue's cache of itself: inside a transaction on PGlite it could not ask for it.
  await queue.insert(deliveriesQueue, [])
}
