import { once } from 'node:events'
import { request } from 'node:http'
import { connect as http2Connect } from 'node:http2'
import { connect } from 'node:net'

import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import { expect, test } from '@jest/globals'

import { DomainError, unauthenticated } from './errors.ts'
import { silentLogger } from './logger.ts'
import { errorInterceptor } from './rpc/errors.ts'
import { serve, type RpcOptions } from './serve.ts'

const MIB = 1 << 20

function rpc(options: Partial<RpcOptions> = {}): RpcOptions {
  return {
    interceptors: [errorInterceptor(silentLogger)],
    routes: (router) => {
      router.service(ByteStream, {
        async write(messages) {
          let size = 0
          for await (const { data } of messages) size += data.length
          return { committedSize: BigInt(size) }
        },
        queryWriteStatus: () => ({ committedSize: 7n }),
      })
    },
    readMaxBytes: MIB,
    ...options,
  }
}

const start = (options: Partial<RpcOptions> = {}) =>
  serve({
    api: { port: 0, rpc: rpc(options) },
    http: {
      port: 0,
      rpc: rpc(options),
      routes: [
        {
          method: 'GET',
          path: '/things/:name',
          handle: (_req, res, { name }) => void res.end(name),
        },
        {
          method: 'GET',
          path: '/broken',
          handle() {
            throw new Error('secret detail')
          },
        },
        {
          method: 'GET',
          path: '/refused',
          handle() {
            throw new DomainError('exhausted', 'too much', { reason: 'TOO_MUCH' })
          },
        },
        {
          method: 'GET',
          path: '/half',
          async handle(_req, res) {
            res.writeHead(200, { 'content-length': '100' })
            await new Promise((resolve) => res.write('half', resolve))
            throw new Error('the disk broke')
          },
        },
      ],
    },
    log: silentLogger,
    graceMs: 100,
  })

const failureOf = async (call: Promise<unknown>): Promise<ConnectError> =>
  ConnectError.from(await call.catch((cause: unknown) => cause))

async function* chunks(...sizes: number[]) {
  for (const size of sizes) yield { data: new Uint8Array(size) }
}

test.each(['grpc', 'connect'] as const)(
  'a message over the limit is refused, one below passes (%s)',
  async (protocol) => {
    await using server = await start()
    const baseUrl = server.addresses.api
    const transport =
      protocol === 'grpc'
        ? createGrpcTransport({ baseUrl })
        : createConnectTransport({ baseUrl, httpVersion: '2' })
    const client = createClient(ByteStream, transport)

    expect(await client.write(chunks(MIB - 64, 5))).toMatchObject({
      committedSize: BigInt(MIB - 59),
    })
    expect(await failureOf(client.write(chunks(5, MIB + 1)))).toMatchObject({
      code: Code.ResourceExhausted,
    })
  },
)

test('five bytes that announce three gigabytes allocate nothing', async () => {
  await using server = await start()
  const session = http2Connect(server.addresses.api)
  const before = process.memoryUsage().arrayBuffers
  const answers = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/google.bytestream.ByteStream/Write',
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      stream.write(Buffer.from([0, 0xb2, 0xd0, 0x5e, 0x00]))
      stream.resume()
      const [trailers] = (await Promise.race([
        once(stream, 'trailers'),
        once(stream, 'response'),
      ])) as [Record<string, unknown>]
      stream.close()
      return trailers
    }),
  )
  session.close()

  expect(answers).toHaveLength(4)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB)
})

test('the gate refuses before any message is read, with the code of its domain error', async () => {
  let read = 0
  const server = await serve({
    api: {
      port: 0,
      rpc: {
        ...rpc(),
        gate: ({ requestHeader }) => {
          if (requestHeader.get('authorization') !== 'Bearer yes')
            throw unauthenticated('who are you', { reason: 'TOKEN_MISSING' })
        },
        routes: (router) => {
          router.service(ByteStream, {
            async write(messages) {
              for await (const _ of messages) read += 1
              return {}
            },
          })
        },
      },
    },
    log: silentLogger,
    graceMs: 100,
  })
  await using _ = server
  const client = createClient(ByteStream, createGrpcTransport({ baseUrl: server.addresses.api }))

  expect(await failureOf(client.write(chunks(1, 1)))).toMatchObject({
    code: Code.Unauthenticated,
    rawMessage: 'who are you',
  })
  expect(read).toBe(0)
  await client.write(chunks(1, 1), { headers: { authorization: 'Bearer yes' } })
  expect(read).toBe(2)
})

test.each([
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  [
    'a host that is none',
    'POST /google.bytestream.ByteStream/QueryWriteStatus HTTP/1.1\r\nHost: [::\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
  ],
  ['a path that is no path', 'POST //[/google HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'],
  ['no HTTP at all', '\u0000\u0001\u0002\r\n\r\n'],
  ['half a percent sign', 'GET /things/%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n'],
])('a request with %s is refused and the server goes on', async (_title, text) => {
  await using server = await start()
  const { port } = new URL(server.addresses.http)
  const socket = connect(Number(port), '127.0.0.1')
  socket.end(text)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()

  expect(answer.toString()).toMatch(/^HTTP\/1.1 4\d\d /)
  expect((await fetch(`${server.addresses.http}/statusz`)).status).toBe(200)
})

test('an HTTP/2 request whose authority is none does not take the server down', async () => {
  await using server = await start()
  const session = http2Connect(server.addresses.api)
  const stream = session.request({
    ':method': 'POST',
    ':path': '/google.bytestream.ByteStream/QueryWriteStatus',
    ':authority': '[::',
    'content-type': 'application/json',
  })
  stream.end('{}')
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
  session.destroy()
  const client = createClient(ByteStream, createGrpcTransport({ baseUrl: server.addresses.api }))

  expect(headers[':status']).toBe(400)
  expect(await client.queryWriteStatus({})).toMatchObject({ committedSize: 7n })
})

test('a path parameter is decoded and never spans a slash', async () => {
  await using server = await start()
  const get = async (path: string) => {
    const response = await fetch(`${server.addresses.http}${path}`)
    return [response.status, await response.text()]
  }

  expect(await get('/things/a%2Fb')).toEqual([200, 'a/b'])
  expect(await get('/things/a/b')).toEqual([404, ''])
  expect(await get('/things/')).toEqual([404, ''])
})

test('a route answers its domain errors in words and masks everything else', async () => {
  await using server = await start()
  const refused = await fetch(`${server.addresses.http}/refused`)
  const broken = await fetch(`${server.addresses.http}/broken`)

  expect([refused.status, await refused.json()]).toEqual([
    413,
    { code: 'exhausted', message: 'too much', reason: 'TOO_MUCH' },
  ])
  expect([broken.status, await broken.json()]).toEqual([
    500,
    { code: 'internal', message: 'internal error' },
  ])
})

test('an answer that breaks halfway breaks the connection, so that nobody takes it for whole', async () => {
  await using server = await start()
  const req = request(`${server.addresses.http}/half`).end()
  const [res] = (await once(req, 'response')) as [NodeJS.ReadableStream]
  const read = async () => {
    for await (const _ of res) continue
  }

  await expect(read()).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('a client that sends its headers one byte at a time holds nothing but its own connection', async () => {
  await using server = await start()
  const { port } = new URL(server.addresses.http)
  const slow = Array.from({ length: 50 }, () => connect(Number(port), '127.0.0.1'))
  await Promise.all(slow.map((socket) => once(socket, 'connect')))
  for (const socket of slow) socket.write('G')

  expect((await fetch(`${server.addresses.http}/statusz`)).status).toBe(200)
  for (const socket of slow) socket.destroy()
})
