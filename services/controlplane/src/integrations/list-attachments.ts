import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { type CursorList, type CursorPage, cutPage } from '../pages.ts'
import { getProject } from '../projects/get-project.ts'
import * as workflows from '../workflows/workflow-repo.ts'
import type { AttachedWorkflow } from './attach-integration.ts'
import * as attachments from './attachment-repo.ts'

export interface ListAttachments {
  /** All projects when empty. */
  readonly projectName: string
  /** All workflows when empty. */
  readonly workflowName: string
  readonly page: CursorPage
}

/** Oldest first. */
export async function listAttachments(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  filter: ListAttachments,
): Promise<CursorList<AttachedWorkflow>> {
  const { organizationId } = actor
  actor.requireSomewhere('integration:read')
  const narrowed = await narrow(db, actor, filter)
  const { page } = filter
  const wanted = { organizationId, projectIds: actor.projectIds, ...narrowed, page }
  const { items, nextCursor } = cutPage(await attachments.list(db, wanted), page)
  const ids = items.map(({ workflowId }) => workflowId)
  const found = await workflows.findAll(db, { organizationId, ids })
  const byId = new Map(found.map((workflow) => [workflow.id, workflow]))
  return {
    nextCursor,
    items: items.flatMap((attachment) => {
      const workflow = byId.get(attachment.workflowId)
      return workflow ? [{ attachment, workflow }] : []
    }),
  }
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
