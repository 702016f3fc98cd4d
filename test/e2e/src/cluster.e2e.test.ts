import { once } from 'node:events'
import { createServer } from 'node:http'

import { CASCredentialsServiceGetRequest_Role as Role } from '@chainloop/proto/controlplane/v1/cas_credentials'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest } from './world/attest.ts'
import { type Cluster, startCluster } from './world/cluster.ts'
import { eventually } from './world/eventually.ts'
import { failureOf } from './world/failure.ts'
import { temporaryFolder } from './world/folder.ts'
import { startTraceReceiver, type TraceReceiver } from './world/trace-receiver.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'

/* As it is deployed: processes of their own, two control planes, PostgreSQL and Redis. */
const { TEST_DATABASE_URL: databaseUrl = '', TEST_REDIS_URL: redisUrl = '' } = process.env
const maybe = databaseUrl !== '' && redisUrl !== '' ? test : test.skip
const stack = new AsyncDisposableStack()
let cluster: Cluster
let traces: TraceReceiver
let declared: DeclaredWorkflow
let hook: string

beforeAll(async () => {
  if (maybe === test.skip) return
  const receiver = stack.use(createServer((_request, response) => response.writeHead(204).end()))
  receiver.listen(0, '127.0.0.1')
  stack.defer(() => receiver.closeAllConnections())
  await once(receiver, 'listening')
  const address = receiver.address()
  hook = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  traces = stack.use(await startTraceReceiver())
  cluster = stack.use(
    await startCluster({
      databaseUrl,
      redisUrl,
      env: {
        CHAINLOOP_EGRESS_ALLOW: hook,
        OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_BSP_SCHEDULE_DELAY: '200',
      },
    }),
  )
  declared = await declareWorkflow({
    operator: cluster.operators[0],
    account: (token) => cluster.account(1, token),
  })
})

afterAll(() => stack.disposeAsync())

maybe(
  'what one replica was told, the other knows: declared at one, attested at the other',
  async () => {
    const { digest } = await attest(declared, stack.use(await temporaryFolder()).path)

    for (const operator of cluster.operators) {
      const { result } = await operator.client.runs.view({ ref: { case: 'digest', value: digest } })
      expect(result?.workflowRun?.attestationDigest).toBe(digest)
    }
  },
)

maybe('a token revoked at one replica is refused by the other at once', async () => {
  const doomed = await declareWorkflow(
    { operator: cluster.operators[0], account: (token) => cluster.account(1, token) },
    { project: declared.project },
  )
  const ask = (): Promise<unknown> =>
    doomed.job.client.attestations.getContract({
      workflowName: doomed.workflow,
      projectName: declared.project,
    })
  await ask()
  const { jti } = JSON.parse(
    Buffer.from(doomed.job.token.split('.')[1] ?? '', 'base64url').toString(),
  )

  await cluster.operators[0].client.apiTokens.revoke({ id: jti })

  expect((await failureOf(ask())).code).toBe(Code.Unauthenticated)
})

maybe("another organization's ids, names and digests are as good as none", async () => {
  const { digest } = await attest(declared, stack.use(await temporaryFolder()).path)
  const [operator] = cluster.operators
  const { result } = await operator.client.runs.view({ ref: { case: 'digest', value: digest } })
  const { jti } = JSON.parse(
    Buffer.from(declared.job.token.split('.')[1] ?? '', 'base64url').toString(),
  )
  const { client } = await cluster.operatorOf('globex')
  const where = { workflowName: declared.workflow, projectName: declared.project }
  const runId = result?.workflowRun?.id ?? ''

  const failures = await Promise.all([
    failureOf(client.runs.view({ ref: { case: 'digest', value: digest } })),
    failureOf(client.runs.view({ ref: { case: 'id', value: runId } })),
    failureOf(client.contracts.describe({ name: declared.contract })),
    failureOf(client.workflows.view({ name: declared.workflow, projectName: declared.project })),
    failureOf(client.attestations.getContract(where)),
    failureOf(client.attestations.cancel({ workflowRunId: runId, trigger: 1 })),
    failureOf(client.apiTokens.revoke({ id: jti })),
    failureOf(client.referrers.discoverPrivate({ digest })),
    failureOf(client.casCredentials.get({ role: Role.DOWNLOADER, digest })),
  ])

  expect(failures.map(({ code }) => code)).toEqual(failures.map(() => Code.NotFound))
  await expect(declared.job.client.attestations.getContract(where)).resolves.toBeDefined()
  expect((await client.runs.list({})).result).toEqual([])
})

maybe('one trace joins the command line, the control plane, the CAS and the worker', async () => {
  const [operator] = cluster.operators
  const where = ['--workflow', declared.workflow, '--project', declared.project]
  await operator.chainloop([
    'integration',
    'registered',
    'add',
    '--plugin',
    'webhook',
    '--name',
    'hook',
    '--opt',
    `url=http://${hook}/`,
  ])
  await operator.chainloop(['integration', 'attached', 'add', ...where, '--integration', 'hook'])
  const traceId = 'c'.repeat(32)
  const { job } = declared
  const traced = { ...declared, job: { ...job, chainloop: withParent(job.chainloop, traceId) } }

  await attest(traced, stack.use(await temporaryFolder()).path)

  const services = await eventually(() => {
    const seen = new Set(
      traces.spans.filter((span) => span.traceId === traceId).map(({ service }) => service),
    )
    return seen.size >= 4 ? seen : undefined
  }, 'spans of all four arrive')
  expect([...services].toSorted()).toEqual([
    'artifact-cas',
    'chainloop-cli',
    'controlplane',
    'integrations',
  ])
})

/** What a pipeline does that traces its jobs. */
function withParent(
  chainloop: DeclaredWorkflow['job']['chainloop'],
  traceId: string,
): typeof chainloop {
  return (args, options) =>
    chainloop(args, {
      ...options,
      env: { ...options?.env, TRACEPARENT: `00-${traceId}-${'d'.repeat(16)}-01` },
    })
}

maybe('a replica that is killed costs nothing that was acknowledged', async () => {
  const { digest } = await attest(declared, stack.use(await temporaryFolder()).path)

  await cluster.controlPlanes[1].kill()

  const { result } = await cluster.operators[0].client.runs.view({
    ref: { case: 'digest', value: digest },
  })
  expect(result?.workflowRun?.attestationDigest).toBe(digest)
})
