import { forbidden } from '@chainloop/kit/errors'
import type { Kysely } from 'kysely'
import { fromKysely } from 'pg-boss'

import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { Schema } from '../db/schema.ts'
import { isUuid } from '../names.ts'
import type { DeliveryJobData } from './queue.ts'

export interface JobClaim {
  readonly jobId: string
  readonly deliveryId: string
}

export interface QueuedJob {
  readonly organizationId: string
  /** 0 for the first. */
  readonly jobTry: number
}

/**
 * The job behind a claim, while some worker holds it; otherwise `forbidden`: a worker that was given nothing to do gets
 * nothing to see.
 */
export async function requireActiveJob(
  ctx: Pick<Context, 'queue'>,
  tx: Db,
  claim: JobClaim & { readonly name: string },
): Promise<QueuedJob> {
  const job = await findJob(ctx, tx, claim)
  if (job?.active) return job
  throw forbidden('no active job of this delivery', { reason: 'JOB_NOT_ACTIVE' })
}

/** The job in whatever state, as long as the queue remembers it; undefined when it is about something else. */
export async function findJob(
  { queue }: Pick<Context, 'queue'>,
  tx: Db,
  { name, jobId, deliveryId }: JobClaim & { readonly name: string },
): Promise<(QueuedJob & { readonly active: boolean }) | undefined> {
  if (!isUuid(jobId)) return undefined
  const db = fromKysely(tx satisfies Kysely<Schema>)
  const [job] = await queue.findJobs<DeliveryJobData>(name, { id: jobId, db })
  if (job?.data.deliveryId !== deliveryId) return undefined
  const { organizationId } = job.data
  return { organizationId, jobTry: job.retryCount, active: job.state === 'active' }
}
