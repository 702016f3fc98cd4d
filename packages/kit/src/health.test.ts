import { Health as HealthDescriptor } from '@chainloop/proto/grpc/health/v1/health'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { expect, test } from '@jest/globals'

import { createHealth } from './health.ts'
import { silentLogger } from './logger.ts'
import { serve } from './serve.ts'

test('ready means that every check passes; what fails is named', async () => {
  const health = createHealth({
    checks: {
      storage: async () => {},
      keys: async () => {
        throw new Error('no keys yet')
      },
      database: () => new Promise(() => {}),
    },
    timeoutMs: 20,
  })

  expect(await health.report()).toEqual({
    ready: false,
    failing: { keys: 'no keys yet', database: 'no answer within 20 ms' },
  })
})

test('a report is reused for a moment, so that probes cannot load what they probe', async () => {
  let looked = 0
  const health = createHealth({
    checks: {
      storage: async () => {
        looked += 1
      },
    },
  })

  await Promise.all([health.report(), health.report(), health.report()])

  expect(looked).toBe(1)
})

test('probes tell alive from ready, over HTTP and gRPC', async () => {
  let broken = true
  const check = async (): Promise<void> => {
    if (broken) throw new Error('disk is read-only')
  }
  await using server = await serve({
    api: { port: 0 },
    http: { port: 0 },
    health: createHealth({ checks: { storage: check }, reuseMs: -1 }),
    log: silentLogger,
  })
  const grpc = createClient(
    HealthDescriptor,
    createGrpcTransport({ baseUrl: server.addresses.api }),
  )
  const look = async () => [
    (await fetch(`${server.addresses.http}/statusz`)).status,
    (await fetch(`${server.addresses.http}/statusz?readiness=1`)).status,
    (await grpc.check({})).status,
  ]

  expect(await look()).toEqual([200, 503, 2])
  expect(await (await fetch(`${server.addresses.http}/statusz?readiness=true`)).json()).toEqual({
    failing: { storage: 'disk is read-only' },
  })
  broken = false
  expect(await look()).toEqual([200, 200, 1])
  await expect(grpc.check({ service: 'no.Such' })).rejects.toThrow('[not_found]')
})
