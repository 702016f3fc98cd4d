import { MetricsTimeWindow, OrgMetricsService } from '@chainloop/proto/controlplane/v1/org_metrics'
import { RunStatus } from '@chainloop/proto/controlplane/v1/response_messages'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { insertRun } from '../testing/insert-run.ts'
import { insertOrganization } from '../testing/world.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

const WEEK = MetricsTimeWindow.LAST_7_DAYS

let server: TestControlPlane
let old: { id: string; workflowId: string }

beforeAll(async () => {
  server = await startTestControlPlane()
  const { db } = server.ctx
  const organizationName = 'default'
  for (const state of ['success', 'success', 'error', 'initialized'] as const) {
    await insertRun(server.ctx, { organizationName, state })
  }
  old = await insertRun(server.ctx, { organizationName, state: 'success' })
  const then = new Date(Date.now() - 20 * 24 * 60 * 60 * 1000)
  await db
    .updateTable('runs')
    .set({ created_at: then, finished_at: new Date(then.getTime() + 75_000) })
    .where('id', '=', old.id)
    .execute()
  await insertOrganization(db, 'other')
  await insertRun(server.ctx, { organizationName: 'other', state: 'success' })
})
afterAll(async () => server[Symbol.asyncDispose]())

const metrics = () => server.client(OrgMetricsService, server.operator)

test('totals count what was started in the window, in this organization', async () => {
  const { result } = await metrics().totals({ timeWindow: WEEK })

  expect(result?.runsTotal).toBe(4)
  expect(
    Object.fromEntries(result?.runsTotalByStatus.map(({ status, count }) => [status, count]) ?? []),
  ).toEqual({ [RunStatus.SUCCEEDED]: 2, [RunStatus.FAILED]: 1, [RunStatus.INITIALIZED]: 1 })
  const month = await metrics().totals({ timeWindow: MetricsTimeWindow.LAST_30_DAYS })
  expect(month.result?.runsTotal).toBe(5)
})

test('a window has to be chosen', async () => {
  await expect(metrics().totals({})).rejects.toMatchObject({ code: Code.InvalidArgument })
})

test('the busiest workflows come with their counts', async () => {
  const { result } = await metrics().topWorkflowsByRunsCount({ timeWindow: WEEK, numWorkflows: 3 })

  expect(result).toHaveLength(3)
  expect(result.every((one) => one.runsTotalByStatus[0]?.count === 1)).toBe(true)
})

test('days have their own counts, of one workflow where one is named', async () => {
  const all = await metrics().dailyRunsCount({ timeWindow: MetricsTimeWindow.LAST_30_DAYS })
  const one = await metrics().dailyRunsCount({
    timeWindow: MetricsTimeWindow.LAST_30_DAYS,
    workflowId: old.workflowId,
  })

  expect(new Set(all.result.map(({ date }) => date)).size).toBe(2)
  expect(one.result).toHaveLength(1)
  expect(one.result[0]?.date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
})

const scrape = (organization: string, headers: Record<string, string> = {}) =>
  fetch(`${server.addresses.http}/prom/${organization}/metrics`, { headers })

test('Prometheus sees who is up and how long runs took, with a token of the organization', async () => {
  const authorization = `Bearer ${server.operator}`
  const response = await scrape('default', { authorization })
  const text = await response.text()
  const lines = text.split('\n')

  expect(response.headers.get('content-type')).toContain('version=0.0.4')
  expect(lines.filter((line) => /^chainloop_workflow_up\{.*\} [01]$/.test(line))).toHaveLength(4)
  expect(lines).toContainEqual(expect.stringMatching(/_bucket\{.*status="success".*le="60"\} 0$/))
  expect(lines).toContainEqual(expect.stringMatching(/_bucket\{.*status="success".*le="90"\} 1$/))
  expect(lines).toContainEqual(expect.stringMatching(/_sum\{.*\} 75$/))

  const open = await scrape('default', {
    authorization,
    accept: 'application/openmetrics-text; version=1.0.0',
  })
  expect(await open.text()).toMatch(/# EOF\n$/)
})

test('nobody sees the metrics of others, and nobody without a token sees any', async () => {
  const authorization = `Bearer ${server.operator}`

  expect((await scrape('other', { authorization })).status).toBe(404)
  expect((await scrape('default')).status).toBe(401)
  expect((await scrape('default', { authorization: 'Bearer x' })).status).toBe(401)
})
