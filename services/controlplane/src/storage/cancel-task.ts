import { conflict } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { getTask } from './list-tasks.ts'
import * as tasks from './task-repo.ts'
import type { StorageTask } from './task.ts'

/** Whoever works on it ends it after what is begun. Throws `conflict` for one that is over. */
export async function cancelTask(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id }: { readonly id: string },
): Promise<StorageTask> {
  actor.require('cas_backend:manage')
  const { organizationId } = actor
  return inTransaction(db, async (tx) => {
    const task = await getTask(tx, { organizationId, id })
    if (!(await tasks.askToCancel(tx, { organizationId, id }))) {
      throw conflict(`the task is ${task.state}`, { reason: 'TASK_OVER' })
    }
    await audit.record(tx, {
      organizationId,
      actor,
      action: `storage_${task.kind}.cancel_requested`,
      targetType: 'storage_task',
      targetId: id,
    })
    return getTask(tx, { organizationId, id })
  })
}
