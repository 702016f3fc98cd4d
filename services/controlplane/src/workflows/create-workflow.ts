import { alreadyExists } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertName } from '../names.ts'
import { ensureProject } from '../projects/ensure-project.ts'
import { getProject } from '../projects/get-project.ts'
import type { Project } from '../projects/project.ts'
import { resolveContract } from './resolve-contract.ts'
import * as workflows from './workflow-repo.ts'
import type { Workflow } from './workflow.ts'

export interface NewWorkflow {
  readonly name: string
  readonly projectName: string
  readonly contractName: string
  readonly contractBytes: Uint8Array
  readonly team: string
  readonly description: string
}

/** With its project and contract where those are missing. */
export async function createWorkflow(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  input: NewWorkflow,
): Promise<Workflow> {
  return inTransaction(db, async (tx) => {
    const workflow = await insertWorkflow(tx, actor, input)
    actor.require('workflow:create', { projectId: workflow.project.id })
    return workflow
  })
}

/** Asks for no right: the caller has. Wants a transaction. */
export async function insertWorkflow(tx: Db, actor: Actor, input: NewWorkflow): Promise<Workflow> {
  assertName('workflow', input.name)
  assertName('project', input.projectName)
  const project = await projectFor(tx, actor, input.projectName)
  const contractId = await resolveContract(tx, actor, {
    ...input,
    project,
    workflowName: input.name,
  })
  const workflow = await workflows.insert(tx, {
    organizationId: actor.organizationId,
    projectId: project.id,
    contractId,
    name: input.name,
    team: input.team,
    description: input.description,
  })
  if (!workflow) throw alreadyExists('workflow', `${input.projectName}/${input.name}`)
  await audit.record(tx, {
    organizationId: actor.organizationId,
    actor,
    action: 'workflow.created',
    targetType: 'workflow',
    targetId: workflow.id,
    details: { name: workflow.name, project: project.name, contract: workflow.contract.name },
  })
  return workflow
}

/** An actor bound to a project makes no other. */
function projectFor(tx: Db, actor: Actor, name: string): Promise<Project> {
  return actor.projectId === undefined
    ? ensureProject(tx, actor, { name })
    : getProject(tx, actor, { name })
}
