import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { type TaskClaim, requireHeldTask } from './held-task.ts'
import * as tasks from './plugin-task-repo.ts'
import type { TaskResult } from './plugin-task.ts'

/** What nobody waits for any more is forgotten. */
export async function reportTask(
  ctx: Pick<Context, 'db' | 'queue'>,
  actor: Actor,
  { result, ...claim }: TaskClaim & { readonly result: TaskResult },
): Promise<void> {
  actor.require('internal:deliveries')
  await inTransaction(ctx.db, async (tx) => {
    await tasks.finish(tx, await requireHeldTask(ctx, tx, claim), result)
  })
}
