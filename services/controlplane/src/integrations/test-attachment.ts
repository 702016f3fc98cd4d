import { conflict, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { isUuid } from '../names.ts'
import { askWorker } from '../plugin-tasks/ask-worker.ts'
import type { TaskResult } from '../plugin-tasks/plugin-task.ts'
import * as runs from '../runs/run-repo.ts'
import * as attachments from './attachment-repo.ts'

export interface TestAttachment {
  readonly attachmentId: string
  readonly runId: string
}

/** What a delivery of the run's attestation would send to the attachment. A worker prepares it and sends nothing. */
export async function testAttachment(
  ctx: Pick<Context, 'db' | 'queue' | 'secrets'>,
  actor: Actor,
  { attachmentId: id, runId }: TestAttachment,
): Promise<TaskResult> {
  const { db } = ctx
  const { organizationId } = actor
  const attachment = isUuid(id) ? await attachments.find(db, { organizationId, id }) : undefined
  actor.require('integration:attach', attachment ? { projectId: attachment.projectId } : {})
  if (!attachment) throw notFound('integration attachment', id)
  const run = isUuid(runId) ? await runs.find(db, { organizationId, id: runId }) : undefined
  if (!run || !actor.can('run:read', { projectId: run.project.id })) throw notFound('run', runId)
  if (run.attestationDigest === undefined) {
    throw conflict(`run ${runId} has no attestation`, { reason: 'RUN_HAS_NO_ATTESTATION' })
  }
  return askWorker(ctx, {
    organizationId,
    task: {
      kind: 'preview',
      pluginId: attachment.integration.pluginId,
      attachmentId: id,
      runId,
    },
  })
}
