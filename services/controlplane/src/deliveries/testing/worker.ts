import { type ClaimedDelivery, claimDeliveries } from '../claim-deliveries.ts'
import type { JobClaim } from '../held-job.ts'
import { type DeliveryJobData, deliveriesQueue } from '../queue.ts'
import { type AttemptReport, reportAttempts } from '../report-attempts.ts'
import type { FanOutWorld } from './fan-out-world.ts'

/** The next job that a worker may take; undefined when there is none. */
export async function nextJob(world: FanOutWorld): Promise<JobClaim | undefined> {
  const [job] = await world.queue.fetch<DeliveryJobData>(deliveriesQueue, { minPriority: 0 })
  return job && { jobId: job.id, deliveryId: job.data.deliveryId }
}

export async function takeJob(world: FanOutWorld): Promise<JobClaim> {
  const job = await nextJob(world)
  if (!job) throw new Error('no job')
  return job
}

/** The delivery, or what the worker was told instead. */
export async function claim(
  world: FanOutWorld,
  job: JobClaim,
  actor = world.worker,
): Promise<ClaimedDelivery | 'nothing' | 'refused'> {
  for await (const answer of claimDeliveries(world, actor, [job])) {
    return answer.kind === 'claimed' ? answer.delivery : answer.kind
  }
  throw new Error('no answer')
}

export async function claimed(world: FanOutWorld, job: JobClaim): Promise<ClaimedDelivery> {
  const answer = await claim(world, job)
  if (typeof answer === 'string') throw new Error(answer)
  return answer
}

const success: Omit<AttemptReport, keyof JobClaim> = {
  attempt: 1,
  durationMs: 12,
  outcome: 'delivered',
  responseCode: 200,
  detail: 'ok',
  retryAfterMs: 0,
  ours: false,
}

/** A success unless told otherwise. */
export async function report(
  world: FanOutWorld,
  job: JobClaim,
  fields: Partial<AttemptReport> = {},
): Promise<void> {
  await reportAttempts(world, world.worker, [{ ...job, ...success, ...fields }])
}

/** Takes the next job and ends its attempt; returns the delivery's id. */
export async function work(
  world: FanOutWorld,
  fields: Partial<AttemptReport> = {},
): Promise<string> {
  const job = await takeJob(world)
  const { attempt } = await claimed(world, job)
  await report(world, job, { attempt, ...fields })
  return job.deliveryId
}

/** As if the pauses of all jobs were over. */
export async function skipPauses(world: FanOutWorld): Promise<void> {
  for (const { id } of await world.queue.findJobs(deliveriesQueue, { queued: true })) {
    await world.queue.update(deliveriesQueue, undefined, { id, startAfter: new Date(0) })
  }
  await world.db
    .updateTable('deliveries')
    .set({ next_attempt_at: new Date(0) })
    .where('organization_id', '=', world.organization.id)
    .where('next_attempt_at', 'is not', null)
    .execute()
}
