import type { Logger } from '@chainloop/kit/logger'
import type { PgBoss } from 'pg-boss'

import { pluginTasksQueue } from '../dispatch/queues.ts'
import { type TaskContext, performTask } from './perform-task.ts'
import type { TaskResult } from './plugin-task.ts'

/** What the control plane puts into a job. */
interface JobData {
  readonly taskId: string
}

export interface TakeTasks extends TaskContext {
  readonly log: Logger
}

/** Starts taking what somebody waits for. */
export async function takeTasks(boss: PgBoss, context: TakeTasks): Promise<void> {
  await boss.work<JobData>(
    pluginTasksQueue,
    { batchSize: 1, localConcurrency: 4, pollingIntervalSeconds: 0.5 },
    async ([job]) => {
      if (job) await take(context, { jobId: job.id, taskId: job.data.taskId })
    },
  )
}

const failed: TaskResult = {
  problem: 'a worker could not do it; its log says why',
  facts: {},
  messages: [],
  skipped: '',
}

async function take(
  context: TakeTasks,
  task: { readonly jobId: string; readonly taskId: string },
): Promise<void> {
  const { controlPlane, log } = context
  try {
    const claimed = await controlPlane.claimTask(task)
    if (claimed) await controlPlane.reportTask(task, await performTask(context, { task, claimed }))
  } catch (cause) {
    log.error({ err: cause, taskId: task.taskId }, 'a task could not be done')
    await controlPlane.reportTask(task, failed).catch(() => undefined)
  }
}
