import type { Contract } from '@chainloop/attestation/contract/contract'
import { parseContract } from '@chainloop/attestation/contract/parse-contract'
import type {
  WorkflowContractVersionItem,
  WorkflowItem,
  WorkflowRunItem,
} from '@chainloop/proto/controlplane/v1/response_messages'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import type { InitInput } from './init-input.ts'

/** What a run is about, and what it has to present. */
export interface Subject {
  readonly workflow: WorkflowItem
  readonly contract: Contract
  readonly item: WorkflowContractVersionItem
}

/** Before a run is opened; for accounts only. Finds the workflow, or creates it where jobs may. */
export async function lookUp(client: Client, input: InitInput): Promise<Subject> {
  const { result: found } = await client.attestations.findOrCreateWorkflow({
    projectName: input.project,
    workflowName: input.workflow,
    ...input.contract,
  })
  const { result } = await client.attestations.getContract({
    projectName: input.project,
    workflowName: input.workflow,
    contractRevision: input.contractRevision ?? 0,
  })
  return subject(answered(found, 'a workflow'), result?.contract)
}

/** As the opened run says it. */
export function subjectOf(run: WorkflowRunItem): Subject {
  return subject(answered(run.workflow, 'a workflow'), run.contractVersion)
}

function subject(
  workflow: WorkflowItem,
  version: WorkflowContractVersionItem | undefined,
): Subject {
  const item = answered(version, 'a contract')
  const { body } = answered(item.rawContract, 'the text of the contract')
  return { workflow, contract: parseContract(body).contract, item }
}
