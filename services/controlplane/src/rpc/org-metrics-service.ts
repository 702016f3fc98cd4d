import { invalid } from '@chainloop/kit/errors'
import {
  MetricsTimeWindow,
  type OrgMetricsService,
} from '@chainloop/proto/controlplane/v1/org_metrics'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import type { StateCount } from '../metrics/metrics-repo.ts'
import { busiestWorkflows, dailyRuns, runTotals } from '../metrics/run-metrics.ts'
import { actorOf } from './actor-key.ts'
import { runStatus } from './run-status-message.ts'
import { runnerTypeNumber } from './runner-type-message.ts'
import { workflowMessage } from './workflow-message.ts'

const DAYS: Readonly<Record<MetricsTimeWindow, number>> = {
  [MetricsTimeWindow.UNSPECIFIED]: 0,
  [MetricsTimeWindow.LAST_DAY]: 1,
  [MetricsTimeWindow.LAST_7_DAYS]: 7,
  [MetricsTimeWindow.LAST_30_DAYS]: 30,
  [MetricsTimeWindow.LAST_90_DAYS]: 90,
}
const DAY_MS = 24 * 60 * 60 * 1000

export function orgMetricsService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof OrgMetricsService> {
  return {
    async totals({ timeWindow }, call) {
      const { runs, byState, byRunner } = await runTotals(ctx, actorOf(call), start(timeWindow))
      return {
        result: {
          runsTotal: runs,
          runsTotalByStatus: byState.map(statusCount),
          runsTotalByRunnerType: byRunner.map(({ runnerType, count }) => ({
            count,
            runnerType: runnerTypeNumber(runnerType),
          })),
        },
      }
    },

    async topWorkflowsByRunsCount({ timeWindow, numWorkflows }, call) {
      const wanted = { ...start(timeWindow), limit: numWorkflows }
      const found = await busiestWorkflows(ctx, actorOf(call), wanted)
      return {
        result: found.map(({ workflow, byState }) => ({
          workflow: workflowMessage(workflow),
          runsTotalByStatus: byState.map(statusCount),
        })),
      }
    },

    async dailyRunsCount({ timeWindow, workflowId }, call) {
      const days = await dailyRuns(ctx, actorOf(call), { ...start(timeWindow), workflowId })
      return { result: days.map((day) => ({ date: day.date, metrics: statusCount(day) })) }
    },
  }
}

function start(window: MetricsTimeWindow): { readonly since: Date } {
  const days = DAYS[window]
  if (!days) throw invalid('choose a time window', { reason: 'TIME_WINDOW_REQUIRED' })
  return { since: new Date(Date.now() - days * DAY_MS) }
}

function statusCount({ state, count }: StateCount) {
  return { status: runStatus(state), count }
}
