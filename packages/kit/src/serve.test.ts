import { StatusService } from '@chainloop/proto/cas/v1/status'
import { Health as HealthDescriptor } from '@chainloop/proto/grpc/health/v1/health'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import { expect, test } from '@jest/globals'

import { notFound } from './errors.ts'
import { silentLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { standardInterceptors } from './rpc/standard.ts'
import { serve, type RpcOptions } from './serve.ts'

const registry = createMetrics({ service: 'test', version: '0', process: false })

const rpc: RpcOptions = {
  routes: (router) => {
    router.service(StatusService, {
      infoz: () => ({ version: '1.2.3', backends: ['FILESYSTEM'] }),
      statusz: () => {
        throw notFound('status', 'today')
      },
    })
  },
  interceptors: standardInterceptors({ log: silentLogger, registry }),
}

const any = { port: 0 }

test('the same handlers answer gRPC on HTTP/2 and Connect on HTTP/1.1', async () => {
  await using server = await serve({
    api: { ...any, rpc },
    http: { ...any, rpc },
    log: silentLogger,
  })
  const grpc = createClient(StatusService, createGrpcTransport({ baseUrl: server.addresses.api }))
  const connect = createClient(
    StatusService,
    createConnectTransport({ baseUrl: server.addresses.http, httpVersion: '1.1' }),
  )

  expect((await grpc.infoz({})).version).toBe('1.2.3')
  expect((await connect.infoz({})).version).toBe('1.2.3')
  await expect(grpc.statusz({})).rejects.toThrow('[not_found] status today not found')
})

test('health is served beside, and metrics count what was called', async () => {
  await using server = await serve({
    api: { ...any, rpc },
    metrics: { ...any, registry },
    log: silentLogger,
  })
  const health = createClient(
    HealthDescriptor,
    createGrpcTransport({ baseUrl: server.addresses.api }),
  )

  expect((await health.check({})).status).toBe(1)
  expect((await fetch(`${server.addresses.metrics}/statusz?readiness=1`)).status).toBe(200)
  expect(await (await fetch(`${server.addresses.metrics}/metrics`)).text()).toContain(
    'rpc_server_calls_total',
  )
})
