import type { WorkflowItem } from '@chainloop/proto/controlplane/v1/response_messages'

import { answered } from '../connection/unexpected-answer.ts'
import { toRun, type Run } from './run.ts'
import { toDate } from './time.ts'

export interface Workflow {
  readonly id: string
  readonly name: string
  readonly project: string
  readonly team: string
  readonly description: string
  readonly contract: string
  readonly contractRevision: number
  readonly runs: number
  readonly createdAt: Date | undefined
  readonly lastRun?: Run | undefined
}

export function toWorkflow(item: WorkflowItem | undefined): Workflow {
  const one = answered(item, 'a workflow')
  const { lastRun } = one
  return {
    id: one.id,
    name: one.name,
    project: one.project,
    team: one.team,
    description: one.description,
    contract: one.contractName,
    contractRevision: one.contractRevisionLatest,
    runs: one.runsCount,
    createdAt: toDate(one.createdAt),
    ...(lastRun && { lastRun: toRun(lastRun) }),
  }
}
