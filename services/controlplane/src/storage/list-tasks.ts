import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { readPosition, writePosition } from '../db/position.ts'
import * as tasks from './task-repo.ts'
import type { StorageTask, TaskProblem } from './task.ts'

export async function getTask(
  db: Db,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<StorageTask> {
  const task = await tasks.find(db, { organizationId, id })
  if (!task) throw notFound('storage task', id)
  return task
}

export interface DescribedTask {
  readonly task: StorageTask
  /** The first hundred. */
  readonly problems: readonly TaskProblem[]
}

export async function describeTask(
  { db }: Pick<Context, 'db'>,
  { organizationId }: Actor,
  { id }: { readonly id: string },
): Promise<DescribedTask> {
  const task = await getTask(db, { organizationId, id })
  return { task, problems: await tasks.problems(db, { organizationId, id }) }
}

const DEFAULT_PAGE = 20
const MAX_PAGE = 100

/** Newest first. */
export async function listTasks(
  { db }: Pick<Context, 'db'>,
  { organizationId }: Actor,
  { cursor, limit }: { readonly cursor: string; readonly limit: number },
): Promise<{ readonly tasks: readonly StorageTask[]; readonly nextCursor: string }> {
  const size = limit > 0 ? Math.min(limit, MAX_PAGE) : DEFAULT_PAGE
  const after = readPosition(cursor)
  const found = await tasks.list(db, { organizationId, after, limit: size + 1 })
  const page = found.slice(0, size)
  const last = page.at(-1)
  return { tasks: page, nextCursor: found.length > size && last ? writePosition(last) : '' }
}
