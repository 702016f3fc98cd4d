import { notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { getWorkflow, type WorkflowName } from './get-workflow.ts'
import { lockedContract, usable } from './resolve-contract.ts'
import * as workflows from './workflow-repo.ts'
import type { Workflow } from './workflow.ts'

/** Absent fields stay as they are. */
export interface WorkflowUpdate extends Omit<workflows.WorkflowChange, 'contractId'> {
  readonly contractName?: string
}

export async function updateWorkflow(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { change, ...named }: WorkflowName & { change: WorkflowUpdate },
): Promise<Workflow> {
  return inTransaction(db, async (tx) => {
    const before = await getWorkflow(tx, actor, { ...named, right: 'workflow:update' })
    const { organizationId, id } = before
    const { contractName, ...fields } = change
    const contract = contractName
      ? { contractId: await chosen(tx, actor, { before, contractName }) }
      : {}

    await workflows.update(tx, { organizationId, id, change: { ...fields, ...contract } })
    const after = await workflows.findById(tx, { organizationId, id })
    if (!after) throw notFound('workflow', named.name)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'workflow.updated',
      targetType: 'workflow',
      targetId: id,
      details: { before: shown(before), after: shown(after) },
    })
    return after
  })
}

async function chosen(
  tx: Db,
  actor: Actor,
  { before, contractName }: { before: Workflow; contractName: string },
): Promise<string> {
  return usable(await lockedContract(tx, actor, contractName), before.project).id
}

function shown(workflow: Workflow): Record<string, unknown> {
  const { team, description, contract, allowJobContractUpdate, allowOldContractRevisions } =
    workflow
  return {
    team,
    description,
    contract: contract.name,
    allowJobContractUpdate,
    allowOldContractRevisions,
  }
}
