import type { Pin } from '@chainloop/policy/references/close-references'
import type {
  WorkflowContractItem,
  WorkflowContractVersionItem,
} from '@chainloop/proto/controlplane/v1/response_messages'

import { answered } from '../connection/unexpected-answer.ts'
import { pinsOf } from '../contracts/pinned-contract.ts'
import { toDate } from './time.ts'

export interface ContractSummary {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly latestRevision: number
  readonly workflows: readonly string[]
  readonly createdAt: Date | undefined
  readonly updatedAt: Date | undefined
}

/** A contract with the text of one revision, byte for byte as it was written. */
export interface ContractDetails extends ContractSummary {
  readonly revision: number
  readonly format: 'json' | 'yaml'
  readonly body: string
  /** What it refers to, as that was when the revision was written. */
  readonly pins: readonly ContractPin[]
}

export type ContractPin = Pin

export function toContract(item: WorkflowContractItem | undefined): ContractSummary {
  const one = answered(item, 'a contract')
  return {
    id: one.id,
    name: one.name,
    description: one.description,
    latestRevision: one.latestRevision,
    workflows: one.workflowRefs.map(({ projectName, name }) => `${projectName}/${name}`),
    createdAt: toDate(one.createdAt),
    updatedAt: toDate(one.updatedAt),
  }
}

export function toContractDetails(
  item: WorkflowContractItem | undefined,
  revision: WorkflowContractVersionItem | undefined,
): ContractDetails {
  return {
    ...toContract(item),
    revision: revision?.revision ?? 0,
    format: revision?.rawContract?.format === JSON_FORMAT ? 'json' : 'yaml',
    body: Buffer.from(revision?.rawContract?.body ?? []).toString('utf8'),
    pins: revision ? pinsOf(revision) : [],
  }
}

const JSON_FORMAT = 1

export { pinsOf as toPins } from '../contracts/pinned-contract.ts'
