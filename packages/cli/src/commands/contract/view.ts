import type { ContractPin, ContractSummary } from '@chainloop/sdk/model/contract'

import {
  record,
  type RecordBlock,
  table,
  type TableBlock,
  text,
  type View,
} from '../../core/view.ts'
import type { Differences } from './differences.ts'

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

export function pinsTable(pins: readonly ContractPin[]): TableBlock {
  return table(
    ['what', 'where', 'digest', 'bytes'],
    pins.map((pin) => [pin.kind, pin.location, pin.digest, pin.size]),
    { empty: '', title: 'pinned' },
  )
}

export function differencesView({ text: patch, pins }: Differences): View {
  return [
    text(patch.trimEnd()),
    table(
      ['where', 'was', 'is'],
      pins.map(({ location, before, after }) => [location, before, after]),
      { empty: '', title: 'pinned' },
    ),
  ]
}
