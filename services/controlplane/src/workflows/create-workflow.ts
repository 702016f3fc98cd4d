import { alreadyExists, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Closing } from '../contracts/closing.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertName } from '../names.ts'
import * as projectMembers from '../project-members/project-member-repo.ts'
import { ensureProject, makeProject } from '../projects/ensure-project.ts'
import { getProject } from '../projects/get-project.ts'
import * as projects from '../projects/project-repo.ts'
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
  { db, closures }: Pick<Context, 'db'> & Closing,
  actor: Actor,
  input: NewWorkflow,
): Promise<Workflow> {
  actor.requireSomewhere('workflow:create')
  return inTransaction(db, async (tx) => {
    const { organizationId } = actor
    const existing = await projects.find(tx, { organizationId, name: input.projectName })
    const workflow = await insertWorkflow(tx, actor, { ...input, closing: { closures } })
    if (existing) actor.require('workflow:create', { projectId: existing.id })
    return workflow
  })
}

/** Asks for no right: the caller has. Wants a transaction. */
export async function insertWorkflow(
  tx: Db,
  actor: Actor,
  { closing = {}, ...input }: NewWorkflow & { readonly closing?: Closing },
): Promise<Workflow> {
  assertName('workflow', input.name)
  assertName('project', input.projectName)
  const project = await projectFor(tx, actor, input.projectName)
  const contractId = await resolveContract(tx, actor, {
    ...input,
    project,
    workflowName: input.name,
    closing,
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

/** An actor that sees only some projects makes no other, unless it may: then the new one is its own. */
async function projectFor(tx: Db, actor: Actor, name: string): Promise<Project> {
  if (actor.projectIds === undefined) return ensureProject(tx, actor, { name })
  const { organizationId } = actor
  const isThere = (await projects.find(tx, { organizationId, name })) !== undefined
  if (isThere || !actor.can('project:create')) return getProject(tx, actor, { name })
  const project = await makeProject(tx, actor, { name })
  if (!project) throw notFound('project', name)
  const subject = { userId: actor.id }
  await projectMembers.insert(tx, { organizationId, projectId: project.id, subject, role: 'admin' })
  return project
}
