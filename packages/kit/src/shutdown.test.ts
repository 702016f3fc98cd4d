import { once } from 'node:events'
import { connect } from 'node:net'

import { StatusService } from '@chainloop/proto/cas/v1/status'
import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { Health as HealthDescriptor } from '@chainloop/proto/grpc/health/v1/health'
import { Code, ConnectError, createClient, type HandlerContext } from '@connectrpc/connect'
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node'
import { expect, test } from '@jest/globals'

import { silentLogger } from './logger.ts'
import { serve } from './serve.ts'
import { gate } from './testing/gate.ts'
import { freePort } from './testing/redis-server.ts'

/** A server whose one call stays open until the test lets it go, or its signal aborts. */
async function start(graceMs: number) {
  const [entered, leave] = [gate(), gate()]
  const server = await serve({
    api: {
      port: 0,
      rpc: {
        routes: (router) => {
          router.service(StatusService, {
            async infoz(_: unknown, { signal }: HandlerContext) {
              entered.open()
              await Promise.race([leave.opened, once(signal, 'abort')])
              signal.throwIfAborted()
              return { version: 'done' }
            },
          })
        },
      },
    },
    http: {
      port: 0,
      routes: [
        {
          method: 'GET',
          path: '/slow',
          async handle(_req, res) {
            entered.open()
            await leave.opened
            res.end('done')
          },
        },
      ],
    },
    log: silentLogger,
    graceMs,
  })
  const sessions = new Http2SessionManager(server.addresses.api)
  const client = createClient(
    StatusService,
    createGrpcTransport({ baseUrl: server.addresses.api, sessionManager: sessions }),
  )
  return { server, client, entered, leave }
}

test('a call in flight finishes, a later one is refused, and then the server is gone', async () => {
  const { server, client, entered, leave } = await start(10_000)
  const inFlight = client.infoz({})
  await entered.opened

  const stopped = server[Symbol.asyncDispose]()
  await expect(client.statusz({})).rejects.toThrow(/\[unavailable\]|REFUSED/)
  leave.open()

  expect(await inFlight).toMatchObject({ version: 'done' })
  await stopped
  const socket = connect(Number(new URL(server.addresses.api).port), '127.0.0.1')
  await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a call that does not finish within the grace is told that the server is shutting down', async () => {
  const { server, client, entered } = await start(50)
  const inFlight = client.infoz({}).catch((cause: unknown) => ConnectError.from(cause))
  await entered.opened

  await server[Symbol.asyncDispose]()

  expect(await inFlight).toMatchObject({
    code: Code.Unavailable,
    rawMessage: 'the server is shutting down',
  })
})

test('a plain HTTP exchange in flight finishes too, and idle connections do not hold the stop', async () => {
  const { server, entered, leave } = await start(10_000)
  await fetch(`${server.addresses.http}/statusz`)
  const inFlight = fetch(`${server.addresses.http}/slow`)
  await entered.opened

  const stopped = server[Symbol.asyncDispose]()
  leave.open()

  expect(await (await inFlight).text()).toBe('done')
  await stopped
})

test('whoever watches the health hears that it ends', async () => {
  const { server } = await start(10_000)
  const health = createClient(
    HealthDescriptor,
    createGrpcTransport({ baseUrl: server.addresses.api }),
  )
  const seen: number[] = []
  const first = gate()
  const watching = (async () => {
    for await (const { status } of health.watch({ service: 'cas.v1.StatusService' })) {
      seen.push(status)
      first.open()
    }
  })()
  await first.opened

  await server[Symbol.asyncDispose]()
  await watching

  expect(seen).toEqual([1, 2])
})

test('disposing twice is harmless', async () => {
  const { server } = await start(1000)

  await server[Symbol.asyncDispose]()

  await expect(Promise.resolve(server[Symbol.asyncDispose]())).resolves.toBeUndefined()
})

test('when one listener cannot start, those before it are closed again', async () => {
  const { server } = await start(1000)
  await using _ = server
  const taken = Number(new URL(server.addresses.http).port)
  const free = await freePort()

  const attempt = serve({
    metrics: {
      port: free,
      registry: (await import('./metrics.ts')).createMetrics({
        service: 'x',
        version: '0',
        process: false,
      }),
    },
    http: { port: taken },
    log: silentLogger,
  })

  await expect(attempt).rejects.toMatchObject({ code: 'EADDRINUSE' })
  const socket = connect(free, '127.0.0.1')
  await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a client that was answered early and never ends its stream does not hold the stop', async () => {
  const server = await serve({
    api: {
      port: 0,
      rpc: {
        routes: (router) =>
          void router.service(ByteStream, {
            async write() {
              throw new ConnectError('no thanks', Code.InvalidArgument)
            },
          }),
      },
    },
    log: silentLogger,
    graceMs: 60_000,
  })
  const client = createClient(ByteStream, createGrpcTransport({ baseUrl: server.addresses.api }))
  async function* stalling() {
    for (let turn = 0; turn < 8; turn++) yield { data: new Uint8Array(100_000) }
    await new Promise(() => {})
  }
  await expect(client.write(stalling())).rejects.toThrow('no thanks')

  await expect(Promise.resolve(server[Symbol.asyncDispose]())).resolves.toBeUndefined()
})
