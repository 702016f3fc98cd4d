import type { ContractSummary } from '@chainloop/sdk/model/contract'

import { record, type RecordBlock } from '../../core/view.ts'

export function contractRecord(contract: ContractSummary, revision?: number): RecordBlock {
  return record([
    ['name', contract.name],
    ['description', contract.description],
    ['revision', revision ?? contract.latestRevision],
    ['latest revision', revision === undefined ? undefined : contract.latestRevision],
    ['workflows', contract.workflows.join('\n')],
    ['created', contract.createdAt],
    ['updated', contract.updatedAt],
    ['id', contract.id],
  ])
}
