import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { type MaterialOwner, findMaterialBlob, readBlob } from '../deliveries/read-material.ts'
import { type TaskClaim, requireHeldTask } from './held-task.ts'
import * as tasks from './plugin-task-repo.ts'

/** The bytes of a material of the attestation that is shown; for the worker that holds the job. */
export async function* readTaskMaterial(
  ctx: Pick<Context, 'db' | 'queue' | 'blobs'>,
  actor: Actor,
  { digest, ...claim }: TaskClaim & { readonly digest: string },
): AsyncIterable<Uint8Array> {
  actor.require('internal:deliveries')
  const blob = await inTransaction(ctx.db, async (tx) => {
    const task = await tasks.findOpen(tx, await requireHeldTask(ctx, tx, claim))
    if (!task?.runId) throw notFound('material', digest)
    const { organizationId, runId } = task
    const attestation: MaterialOwner | undefined = await tx
      .selectFrom('attestations')
      .where('organization_id', '=', organizationId)
      .where('run_id', '=', runId)
      .select(['organization_id as organizationId', 'project_id as projectId', 'bundle'])
      .executeTakeFirst()
    return findMaterialBlob(tx, attestation, digest)
  })
  yield* readBlob(ctx, blob)
}
