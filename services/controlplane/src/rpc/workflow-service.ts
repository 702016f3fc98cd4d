import { RUNNER_TYPE_NUMBERS, runnerTypeOf } from '@chainloop/attestation/runners/runner-type'
import { invalid } from '@chainloop/kit/errors'
import {
  WorkflowActivityWindow as Window,
  type WorkflowService,
  type WorkflowServiceListRequest,
  type WorkflowServiceUpdateRequest,
} from '@chainloop/proto/controlplane/v1/workflow'
import { type JSONFilter, JSONOperator } from '@chainloop/proto/jsonfilter/v1/jsonfilter'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { offsetPage } from '../pages.ts'
import { createWorkflow } from '../workflows/create-workflow.ts'
import { deleteWorkflow } from '../workflows/delete-workflow.ts'
import { getWorkflow } from '../workflows/get-workflow.ts'
import { listWorkflows, type WorkflowFilter } from '../workflows/list-workflows.ts'
import type { MetadataFilter } from '../workflows/metadata-filter.ts'
import { updateWorkflow, type WorkflowUpdate } from '../workflows/update-workflow.ts'
import { actorOf } from './actor-key.ts'
import { closing } from './closing.ts'
import { idempotently } from './idempotent.ts'
import { offsetPageMessage } from './page-message.ts'
import { runState } from './run-status-message.ts'
import { workflowMessage } from './workflow-message.ts'

export function workflowService(
  ctx: Pick<Context, 'db' | 'documentSource'>,
): ServiceImpl<typeof WorkflowService> {
  return {
    create: (req, call) =>
      closing(ctx, { call, request: req }, async (tx) => ({
        result: workflowMessage(await createWorkflow(tx, actorOf(call), req)),
      })),

    update: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const { name, projectName } = req
        const update = { name, projectName, change: changed(req) }
        return { result: workflowMessage(await updateWorkflow(tx, actorOf(call), update)) }
      }),

    async list(req, call) {
      const page = offsetPage(req.pagination)
      const wanted = { filter: filterOf(req), page }
      const { items, totalCount } = await listWorkflows(ctx, actorOf(call), wanted)
      return { result: items.map(workflowMessage), pagination: offsetPageMessage(page, totalCount) }
    },

    async view({ name, projectName }, call) {
      const wanted = { right: 'workflow:read', name, projectName } as const
      return { result: workflowMessage(await getWorkflow(ctx.db, actorOf(call), wanted)) }
    },

    delete: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await deleteWorkflow(tx, actorOf(call), req)
        return {}
      }),
  }
}

/** Only what the request sets. */
function changed(req: WorkflowServiceUpdateRequest): WorkflowUpdate {
  const { team, description, contractName, allowJobContractUpdate, allowOldContractRevisions } = req
  const given = {
    team,
    description,
    contractName,
    allowJobContractUpdate,
    allowOldContractRevisions,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const DAY_MS = 86_400_000

const WINDOW_DAYS: Readonly<Record<Window, number | undefined>> = {
  [Window.UNSPECIFIED]: undefined,
  [Window.LAST_DAY]: 1,
  [Window.LAST_7_DAYS]: 7,
  [Window.LAST_30_DAYS]: 30,
}

const OPERATORS: Readonly<Record<number, MetadataFilter['operator']>> = {
  [JSONOperator.JSON_OPERATOR_EQ]: 'equals',
  [JSONOperator.JSON_OPERATOR_NEQ]: 'differs',
  [JSONOperator.JSON_OPERATOR_IN]: 'one of',
}

function metadataFilter({ fieldPath, operator: number, value = '' }: JSONFilter): MetadataFilter {
  const operator = OPERATORS[number]
  if (operator === undefined) throw invalid('say how the field is compared')
  return { path: fieldPath, operator, value }
}

function filterOf(req: WorkflowServiceListRequest): WorkflowFilter {
  const days = WINDOW_DAYS[req.workflowLastActivityWindow]
  const state = runState(req.workflowRunLastStatus)
  const runner = runnerTypeOf(req.workflowRunRunnerType)
  return {
    name: req.workflowName,
    team: req.workflowTeam,
    description: req.workflowDescription,
    projectNames: req.projectNames,
    metadata: req.jsonFilters.map(metadataFilter),
    ...(runner && RUNNER_TYPE_NUMBERS[runner] !== 0 ? { runnerType: runner } : {}),
    ...(state ? { lastRunState: state } : {}),
    ...(days === undefined ? {} : { activeSince: new Date(Date.now() - days * DAY_MS) }),
  }
}
