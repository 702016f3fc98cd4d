import type { PgBoss } from 'pg-boss'

export const pluginTasksQueue = 'plugin-tasks'

/** What a job says: never settings, only which task it is. */
export interface PluginTaskJobData {
  readonly taskId: string
  readonly organizationId: string
}

/** How long somebody waits for a worker. */
export const taskTimeoutMs = 30_000

/** Makes the queue that the workers take from, or brings it up to date. Nothing is tried twice: the asker has gone. */
export async function createPluginTaskQueue(queue: PgBoss): Promise<void> {
  const options = {
    retryLimit: 0,
    expireInSeconds: 60,
    retentionSeconds: 60,
    deleteAfterSeconds: 300,
  }
  await queue.createQueue(pluginTasksQueue, options)
  await queue.updateQueue(pluginTasksQueue, options)
  // Fills the queue's cache of itself: inside a transaction on PGlite it could not ask for it.
  await queue.insert(pluginTasksQueue, [])
}
