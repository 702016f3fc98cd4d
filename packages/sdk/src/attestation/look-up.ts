import type { Contract } from '@chainloop/attestation/contract/contract'
import type {
  WorkflowContractVersionItem,
  WorkflowItem,
  WorkflowRunItem,
} from '@chainloop/proto/controlplane/v1/response_messages'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { pinnedContract } from '../contracts/pinned-contract.ts'
import type { InitInput } from './init-input.ts'

/** What a run is about, and what it has to present. */
export interface Subject {
  readonly workflow: WorkflowItem
  readonly contract: Contract
  readonly item: WorkflowContractVersionItem
  /** Where the contract and its policy groups disagree. */
  readonly warnings: readonly string[]
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
  return subject(client, answered(found, 'a workflow'), result?.contract)
}

/** As the opened run says it, to a client that speaks with its token. */
export async function subjectOf(client: Client, run: WorkflowRunItem): Promise<Subject> {
  return subject(client, answered(run.workflow, 'a workflow'), run.contractVersion)
}

async function subject(
  client: Client,
  workflow: WorkflowItem,
  version: WorkflowContractVersionItem | undefined,
): Promise<Subject> {
  const item = answered(version, 'a contract')
  const { contract, warnings } = await pinnedContract(client, item)
  return { workflow, contract, item, warnings }
}
