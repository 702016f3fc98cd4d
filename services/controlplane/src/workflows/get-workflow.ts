import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Right } from '../auth/right.ts'
import type { Db } from '../db/db.ts'
import * as workflows from './workflow-repo.ts'
import type { Workflow } from './workflow.ts'

export interface WorkflowName {
  readonly projectName: string
  readonly name: string
}

/** Throws `not_found` also where the actor may not use this right on the workflow's project. */
export async function getWorkflow(
  db: Db,
  actor: Actor,
  { right, projectName, name }: WorkflowName & { right: Right },
): Promise<Workflow> {
  const { organizationId } = actor
  const workflow = await workflows.find(db, { organizationId, projectName, name })
  if (!workflow || !actor.can(right, { projectId: workflow.project.id, workflowId: workflow.id })) {
    throw notFound('workflow', `${projectName}/${name}`)
  }
  return workflow
}
