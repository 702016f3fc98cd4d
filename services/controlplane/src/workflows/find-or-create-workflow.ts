import { forbidden, invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { closed, type Closing } from '../contracts/closing.ts'
import type { Contract } from '../contracts/contract.ts'
import { getContract } from '../contracts/get-contract.ts'
import { readContract } from '../contracts/read-contract.ts'
import { addRevision } from '../contracts/write-contract.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { getOrganization } from '../organizations/get-organization.ts'
import type { OrganizationSettings } from '../organizations/organization.ts'
import { getProject } from '../projects/get-project.ts'
import { insertWorkflow, type NewWorkflow } from './create-workflow.ts'
import * as workflows from './workflow-repo.ts'
import type { Workflow } from './workflow.ts'

export type WantedWorkflow = Pick<
  NewWorkflow,
  'name' | 'projectName' | 'contractName' | 'contractBytes'
>

/**
 * What a job's first call does. A job neither writes nor chooses the contract that it has to meet: creating the
 * workflow, and sending contract bytes for one that exists, are refused unless the organization, the workflow or
 * a granted right allows it.
 */
export async function findOrCreateWorkflow(
  { db, closures }: Pick<Context, 'db'> & Closing,
  actor: Actor,
  wanted: WantedWorkflow,
): Promise<Workflow> {
  const closing = { closures }
  return inTransaction(db, async (tx) => {
    const { organizationId, projectId } = actor
    if (projectId !== undefined) await getProject(tx, actor, { name: wanted.projectName })
    const existing = await workflows.find(tx, { organizationId, ...wanted })
    if (existing && !actor.sees(existing.project.id)) throw notFound('project', wanted.projectName)
    if (!existing) return create(tx, actor, { ...wanted, closing })
    actor.require('run:attest', { projectId: existing.project.id, workflowId: existing.id })
    if (wanted.contractName !== '' && wanted.contractName !== existing.contract.name) {
      throw invalid(
        `workflow ${wanted.name} has contract ${existing.contract.name}, not ${wanted.contractName}`,
        {
          reason: 'CONTRACT_MISMATCH',
        },
      )
    }
    if (wanted.contractBytes.length > 0) {
      await updateContract(tx, actor, { existing, wanted, closing })
    }
    return (await workflows.findById(tx, { organizationId, id: existing.id })) ?? existing
  })
}

async function create(
  tx: Db,
  actor: Actor,
  wanted: WantedWorkflow & { readonly closing: Closing },
): Promise<Workflow> {
  if (actor.workflowId !== undefined) throw notFound('workflow', wanted.name)
  const { settings } = await getOrganization(tx, actor)
  if (settings.preventImplicitWorkflowCreation && !actor.mayHave('workflow:create')) {
    throw forbidden(
      `workflow ${wanted.projectName}/${wanted.name} does not exist, and jobs may not create workflows here`,
      {
        reason: 'IMPLICIT_WORKFLOW_CREATION',
        hint: 'create it as an operator, or allow it in the organization settings',
      },
    )
  }
  return insertWorkflow(tx, actor, { ...wanted, team: '', description: '' })
}

async function updateContract(
  tx: Db,
  actor: Actor,
  { existing, wanted, closing }: { existing: Workflow; wanted: WantedWorkflow; closing: Closing },
): Promise<void> {
  const contract = await getContract(tx, actor, { name: existing.contract.name })
  const { settings } = await getOrganization(tx, actor)
  const text = readContract(wanted.contractBytes)
  const scope = contract.project ? { projectId: contract.project.id } : {}
  if (
    !actor.can('contract:update', scope) &&
    !isAllowed({ contract, workflow: existing, settings })
  ) {
    throw forbidden(`a job may not change contract ${contract.name}`, {
      reason: 'JOB_CONTRACT_UPDATE',
      hint: 'leave the contract to its operators, or allow it for the workflow or the organization',
    })
  }
  await addRevision(tx, actor, { contract, closed: closed(text, closing) })
}

/** What the organization allows for a contract of this project, a workflow can allow for its very own contract. */
function isAllowed({
  contract,
  workflow,
  settings,
}: {
  contract: Contract
  workflow: Workflow
  settings: OrganizationSettings
}): boolean {
  if (contract.project?.id !== workflow.project.id) return false
  const isShared = contract.workflows.some(({ id }) => id !== workflow.id)
  if (workflow.allowJobContractUpdate === undefined) return settings.allowJobContractUpdate
  return workflow.allowJobContractUpdate && (!isShared || settings.allowJobContractUpdate)
}
