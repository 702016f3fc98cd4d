import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type {
  WorkflowItemSchema,
  WorkflowRunItemSchema,
} from '@chainloop/proto/controlplane/v1/response_messages'

import type { LastRun, Workflow } from '../workflows/workflow.ts'
import { runStatus } from './run-status-message.ts'
import { runnerTypeNumber } from './runner-type-message.ts'
import { at } from './timestamp.ts'

export function workflowMessage(workflow: Workflow): MessageInitShape<typeof WorkflowItemSchema> {
  return {
    id: workflow.id,
    name: workflow.name,
    project: workflow.project.name,
    projectId: workflow.project.id,
    team: workflow.team,
    description: workflow.description,
    createdAt: timestampFromDate(workflow.createdAt),
    runsCount: workflow.runsCount,
    ...(workflow.lastRun ? { lastRun: lastRunMessage(workflow.lastRun) } : {}),
    contractName: workflow.contract.name,
    contractRevisionLatest: workflow.contract.latestRevision,
  }
}

function lastRunMessage(run: LastRun): MessageInitShape<typeof WorkflowRunItemSchema> {
  return {
    id: run.id,
    state: run.state,
    status: runStatus(run.state),
    reason: run.reason,
    jobUrl: run.runUrl,
    runnerType: runnerTypeNumber(run.runnerType),
    createdAt: timestampFromDate(run.createdAt),
    ...at('finishedAt', run.finishedAt),
  }
}
