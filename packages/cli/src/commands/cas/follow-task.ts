import { setTimeout as sleep } from 'node:timers/promises'

import type { StorageProblem, StorageTask } from '@chainloop/sdk/model/storage-task'

import { Refused } from '../../core/exit.ts'
import type { Session } from '../../core/session.ts'
import { shownBytes } from '../cas-backend/byte-count.ts'

export interface FollowedTask {
  readonly task: StorageTask
  /** The first hundred. */
  readonly problems: readonly StorageProblem[]
}

const POLL_MS = 500
const LOG_EVERY = 20

/** Shows the progress of a task until it is over. Whoever stops looking does not stop the task. */
export async function followTask(
  session: Session,
  started: { readonly id: string } | undefined,
  { detach }: { readonly detach: boolean },
): Promise<FollowedTask> {
  const { id = '' } = started ?? {}
  for (let look = 0; ; look++) {
    const followed = await describeTask(session, id)
    if (detach || followed.task.state !== 'running') {
      if (look > 0) session.io.status?.('')
      return followed
    }
    show(session, followed.task, look)
    await sleep(POLL_MS)
  }
}

export async function describeTask(session: Session, id: string): Promise<FollowedTask> {
  const client = await session.client()
  const { toStorageProblem, toStorageTask } = await import('@chainloop/sdk/model/storage-task')
  const { task, problems } = await client.storage.describeTask({ id })
  return { task: toStorageTask(task), problems: problems.map(toStorageProblem) }
}

function show({ io }: Session, task: StorageTask, look: number): void {
  const line = `${task.kind} of ${task.backend}: ${progressOf(task)}`
  if (io.status) io.status(line)
  else if (look % LOG_EVERY === LOG_EVERY - 1) io.info(line)
}

export function progressOf(task: StorageTask): string {
  const { done, total, bytes, problems, openRuns, removed, marked } = task
  const parts = [
    task.kind === 'collection' ? `${removed} removed, ${marked} marked` : `${done} of ${total}`,
    ...(bytes > 0 ? [shownBytes(bytes)] : []),
    ...(problems > 0 ? [`${problems} problems`] : []),
    ...(task.kind === 'migration' && openRuns > 0 ? [`${openRuns} runs still write`] : []),
    ...(task.error === '' ? [] : [task.error]),
  ]
  return parts.join(', ')
}

/** What ends a command with 1 although there is a result. */
export function problemOf({
  task,
}: FollowedTask): { readonly code: number; readonly error: Error } | undefined {
  if (task.state === 'failed') return refused(`the ${task.kind} failed: ${task.error}`)
  if (task.state === 'cancelled') return refused(`the ${task.kind} was cancelled`)
  if (task.problems > 0) return refused(`${task.problems} artifacts have a problem`)
  return undefined
}

function refused(message: string): { readonly code: number; readonly error: Error } {
  return { code: 1, error: new Refused(message) }
}
