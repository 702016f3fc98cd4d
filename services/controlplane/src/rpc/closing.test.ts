import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { WorkflowContractService } from '@chainloop/proto/controlplane/v1/workflow_contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

const stack = new AsyncDisposableStack()
let server: TestControlPlane
let publisher: string
let asked = 0

beforeAll(async () => {
  const policies = createServer((_req, res) => {
    asked += 1
    res.end(
      `apiVersion: chainloop.dev/v1\nkind: Policy\nmetadata: { name: p }\nspec: { policies: [{ kind: SARIF, embedded: "package p${asked}" }] }\n`,
    )
  })
  stack.defer(() => void policies.close())
  policies.listen(0, '127.0.0.1')
  await once(policies, 'listening')
  const { port } = policies.address() as AddressInfo
  publisher = `http://127.0.0.1:${port}`
  server = stack.use(await startTestControlPlane({ CHAINLOOP_EGRESS_ALLOW: `127.0.0.1:${port}` }))
})
afterAll(() => stack.disposeAsync())

test('a request that is repeated because its answer was lost fetches nothing again, and writes nothing', async () => {
  const rawSchema = Buffer.from(
    `apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata: { name: c }\nspec: { policies: { materials: [{ ref: "${publisher}/p.yaml" }] } }\n`,
  )
  const contracts = server.client(WorkflowContractService, server.operator, {
    'idempotency-key': 'once',
  })

  const first = await contracts.apply({ rawSchema })
  const again = await contracts.apply({ rawSchema })
  const { result } = await server
    .client(WorkflowContractService, server.operator)
    .describe({ name: 'c' })

  expect(asked).toBe(1)
  expect(again).toEqual(first)
  expect(first.pins).toMatchObject([{ location: `${publisher}/p.yaml` }])
  expect(result?.revision).toMatchObject({ revision: 1, pins: first.pins })
})

test('while a slow publisher is waited for, others are served', async () => {
  const slow = createServer((_req, res) => {
    waiting.resolve()
    void answered.promise.then(() => res.writeHead(404).end())
  })
  const waiting = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  slow.listen(Number(new URL(publisher).port), '127.0.0.2')
  await once(slow, 'listening')
  await using lonely = await startTestControlPlane({ CHAINLOOP_EGRESS_ALLOW: '127.0.0.2' })
  const contracts = lonely.client(WorkflowContractService, lonely.operator, {
    'idempotency-key': 'slow',
  })
  const address = publisher.replace('127.0.0.1', '127.0.0.2')
  const applying = contracts
    .apply({
      rawSchema: Buffer.from(
        `apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata: { name: s }\nspec: { policies: { materials: [{ ref: "${address}/p.yaml" }] } }\n`,
      ),
    })
    .catch((cause: unknown) => cause)

  await waiting.promise
  const { created } = await lonely
    .client(WorkflowContractService, lonely.operator)
    .create({ name: 'other' })
    .then(({ result }) => ({ created: result?.name }))
  answered.resolve()
  slow.close()

  expect(created).toBe('other')
  expect(String(await applying)).toContain('answered with status 404')
})
