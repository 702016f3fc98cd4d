import { conflict, forbidden } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { ContractRevision } from '../contracts/contract.ts'
import { getRevision } from '../contracts/get-contract.ts'
import { readContract } from '../contracts/read-contract.ts'
import type { Db } from '../db/db.ts'
import type { Organization } from '../organizations/organization.ts'
import { getWorkflow } from '../workflows/get-workflow.ts'
import type { Workflow } from '../workflows/workflow.ts'

export interface AttestableWorkflow {
  readonly workflow: Workflow
  readonly contractRevision: ContractRevision
}

/** A workflow that this actor may attest for, and its contract; revision 0 is the latest. */
export async function getAttestableWorkflow(
  db: Db,
  actor: Actor,
  wanted: {
    readonly projectName: string
    readonly workflowName: string
    readonly contractRevision: number
  },
): Promise<AttestableWorkflow> {
  const { projectName, workflowName: name } = wanted
  const workflow = await getWorkflow(db, actor, { right: 'run:attest', projectName, name })
  const contract = { ...workflow.contract, organizationId: workflow.organizationId }
  return { workflow, contractRevision: await getRevision(db, contract, wanted.contractRevision) }
}

/** A job does not choose the contract that it has to meet. */
export function assertMayUseRevision(
  { settings }: Pick<Organization, 'settings'>,
  { workflow, contractRevision: { revision } }: AttestableWorkflow,
): void {
  const { contract, allowOldContractRevisions } = workflow
  if (revision === contract.latestRevision) return
  if (allowOldContractRevisions ?? settings.allowOldContractRevisions) return
  throw forbidden(
    `revision ${revision} of contract ${contract.name} is not the latest, which is ${contract.latestRevision}`,
    {
      reason: 'CONTRACT_REVISION_NOT_LATEST',
      hint: 'an operator can allow old revisions for the organization or the workflow',
    },
  )
}

/** A contract may want its runs on one kind of runner. */
export function assertRunner({ rawBody }: ContractRevision, runnerType: string): void {
  const wanted = readContract(rawBody).document.spec.runner?.type
  if (wanted === undefined || wanted === 'RUNNER_TYPE_UNSPECIFIED' || wanted === runnerType) return
  throw conflict(`the contract wants runner ${wanted}, not ${runnerType}`, {
    reason: 'RUNNER_MISMATCH',
  })
}
