import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { getProject } from '../projects/get-project.ts'
import * as workflows from '../workflows/workflow-repo.ts'
import type { AttachedWorkflow } from './attach-integration.ts'
import * as attachments from './attachment-repo.ts'

export interface ListAttachments {
  /** All projects when empty. */
  readonly projectName: string
  /** All workflows when empty. */
  readonly workflowName: string
}

/** Oldest first. */
export async function listAttachments(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  filter: ListAttachments,
): Promise<AttachedWorkflow[]> {
  const { organizationId } = actor
  actor.requireSomewhere('integration:read')
  const narrowed = await narrow(db, actor, filter)
  const found = await attachments.list(db, {
    organizationId,
    projectIds: actor.projectIds,
    ...narrowed,
  })
  const shown = await Promise.all(
    found.map(async (attachment) => {
      const workflow = await workflows.findById(db, { organizationId, id: attachment.workflowId })
      return workflow ? [{ attachment, workflow }] : []
    }),
  )
  return shown.flat()
}

async function narrow(
  db: Db,
  actor: Actor,
  { projectName, workflowName }: ListAttachments,
): Promise<{ projectId?: string; workflowId?: string }> {
  if (projectName === '') return {}
  const { organizationId } = actor
  const project = await getProject(db, actor, { name: projectName })
  if (workflowName === '') return { projectId: project.id }
  const workflow = await workflows.find(db, { organizationId, projectName, name: workflowName })
  if (!workflow) throw notFound('workflow', `${projectName}/${workflowName}`)
  return { projectId: project.id, workflowId: workflow.id }
}
