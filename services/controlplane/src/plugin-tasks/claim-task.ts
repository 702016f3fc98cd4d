import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import type { ClaimedDelivery } from '../deliveries/claim-deliveries.ts'
import { type TaskClaim, requireHeldTask } from './held-task.ts'
import * as tasks from './plugin-task-repo.ts'
import type { PluginTask } from './plugin-task.ts'
import { readPreview } from './preview-content.ts'

export type ClaimedTask =
  | {
      readonly kind: 'validate_registration' | 'validate_attachment'
      readonly task: PluginTask
      /** JSON object of the secret settings of the registration. */
      readonly credentials: Uint8Array
    }
  | { readonly kind: 'preview'; readonly delivery: ClaimedDelivery }

/** For the worker that holds the job. Undefined when nobody waits for it any more. */
export async function claimTask(
  ctx: Pick<Context, 'db' | 'queue' | 'secrets'>,
  actor: Actor,
  claim: TaskClaim,
): Promise<ClaimedTask | undefined> {
  actor.require('internal:deliveries')
  return inTransaction(ctx.db, async (tx) => {
    const task = await tasks.findOpen(tx, await requireHeldTask(ctx, tx, claim))
    if (!task) return undefined
    if (task.kind !== 'preview') {
      return { kind: task.kind, task, credentials: await credentialsOf(ctx, tx, task) }
    }
    const delivery = await readPreview(ctx, tx, task)
    return delivery && { kind: 'preview', delivery }
  })
}

async function credentialsOf(
  { secrets }: Pick<Context, 'secrets'>,
  tx: Db,
  { organizationId, secretId: id }: PluginTask,
): Promise<Uint8Array> {
  return id === undefined ? Buffer.from('{}') : secrets.read(tx, { organizationId, id })
}
