import type { Workflow } from '@chainloop/sdk/model/workflow'

import { record, type RecordBlock } from '../../core/view.ts'

export function workflowRecord(workflow: Workflow): RecordBlock {
  const { contract, contractRevision, lastRun } = workflow
  return record([
    ['name', workflow.name],
    ['project', workflow.project],
    ['team', workflow.team],
    ['description', workflow.description],
    ['contract', `${contract} (revision ${contractRevision})`],
    ['runs', workflow.runs],
    ['last run', lastRun && `${lastRun.status}, ${lastRun.id}`],
    ['created', workflow.createdAt],
    ['id', workflow.id],
  ])
}
