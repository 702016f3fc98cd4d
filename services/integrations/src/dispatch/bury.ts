import type { Logger } from '@chainloop/kit/logger'
import type { JobResult, PgBoss, WorkOptions } from 'pg-boss'

import type { ControlPlane } from '../control-plane.ts'
import { type JobData, deadQueue } from './queues.ts'

const deadWork = { perJobResults: true } as const

/** What the queue gave up without hearing from the worker that held it: the log has to say so. */
export async function buryTheDead(
  boss: PgBoss,
  context: { readonly controlPlane: ControlPlane; readonly log: Logger },
): Promise<void> {
  await boss.work<JobData, unknown, WorkOptions & typeof deadWork>(
    deadQueue,
    { ...deadWork, batchSize: 10, pollingIntervalSeconds: 5 },
    (jobs) => Promise.all(jobs.map((job) => bury(context, job))),
  )
}

async function bury(
  { controlPlane, log }: { controlPlane: ControlPlane; log: Logger },
  job: { id: string; data: JobData },
): Promise<JobResult> {
  const { deliveryId } = job.data
  try {
    await controlPlane.report([
      {
        job: { id: job.id, deliveryId },
        report: {
          attempt: 0,
          durationMs: 0,
          responseCode: 0,
          outcome: 'permanent',
          detail: 'the queue gave up: the last try never told how it ended',
          retryAfterMs: 0,
          ours: true,
        },
      },
    ])
    return { id: job.id, status: 'completed' }
  } catch (cause) {
    log.error({ err: cause, deliveryId }, 'the end of a delivery could not be reported')
    return { id: job.id, status: 'failed' }
  }
}
