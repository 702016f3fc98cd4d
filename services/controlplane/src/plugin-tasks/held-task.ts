import { forbidden } from '@chainloop/kit/errors'
import type { Kysely } from 'kysely'
import { fromKysely } from 'pg-boss'

import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { Schema } from '../db/schema.ts'
import { type PluginTaskJobData, pluginTasksQueue } from './queue.ts'

export interface TaskClaim {
  readonly jobId: string
  readonly taskId: string
}

/** The task of a job, while some worker holds it; otherwise `forbidden`. */
export async function requireHeldTask(
  { queue }: Pick<Context, 'queue'>,
  tx: Db,
  { jobId, taskId }: TaskClaim,
): Promise<{ readonly organizationId: string; readonly id: string }> {
  const db = fromKysely(tx satisfies Kysely<Schema>)
  const [job] = await queue.findJobs<PluginTaskJobData>(pluginTasksQueue, { id: jobId, db })
  if (job?.state === 'active' && job.data.taskId === taskId) {
    return { organizationId: job.data.organizationId, id: taskId }
  }
  throw forbidden('no active job of this task', { reason: 'JOB_NOT_ACTIVE' })
}
