import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node'
import { expect, test } from '@jest/globals'

import { DomainError, type ErrorCode, exhausted, notFound } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { silentLogger } from '../logger.ts'
import { serve } from '../serve.ts'
import { errorInterceptor } from './errors.ts'

/** Answers each read with two chunks and then throws what the test asks for. */
async function start(failure: () => unknown, log: Logger = silentLogger) {
  const server = await serve({
    api: {
      port: 0,
      rpc: {
        interceptors: [errorInterceptor(log)],
        routes: (router) => {
          router.service(ByteStream, {
            async *read() {
              yield { data: Buffer.from('one') }
              yield { data: Buffer.from('two') }
              throw failure()
            },
            queryWriteStatus: () => {
              throw failure()
            },
          })
        },
      },
    },
    log: silentLogger,
  })
  const baseUrl = server.addresses.api
  const transports = {
    grpc: createGrpcTransport({ baseUrl }),
    grpcWeb: createGrpcWebTransport({ baseUrl, httpVersion: '2' }),
    connect: createConnectTransport({ baseUrl, httpVersion: '2' }),
  }
  return {
    server,
    clientOf: (protocol: keyof typeof transports) => createClient(ByteStream, transports[protocol]),
  }
}

const protocols = ['grpc', 'grpcWeb', 'connect'] as const

test.each(protocols)(
  'an error in the middle of a stream arrives with code and details after what was sent (%s)',
  async (protocol) => {
    const { server, clientOf } = await start(() =>
      notFound('blob', 'abc', { hint: 'look elsewhere' }),
    )
    await using _ = server
    const seen: string[] = []
    const read = async () => {
      for await (const { data } of clientOf(protocol).read({}))
        seen.push(Buffer.from(data).toString())
    }

    const error = ConnectError.from(await read().catch((cause: unknown) => cause))

    expect(seen).toEqual(['one', 'two'])
    expect(error.code).toBe(Code.NotFound)
    expect(error.rawMessage).toBe('blob abc not found')
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([
      { reason: 'BLOB_NOT_FOUND', domain: 'chainloop', metadata: { hint: 'look elsewhere' } },
    ])
  },
)

test.each(protocols)(
  'whatever else is thrown is masked, and logged with its stack (%s)',
  async (protocol) => {
    const logged: object[] = []
    const log: Logger = { ...silentLogger, error: (fields) => void logged.push(fields) }
    const { server, clientOf } = await start(() => new Error('password is hunter2'), log)
    await using _ = server

    const error = ConnectError.from(
      await clientOf(protocol)
        .queryWriteStatus({})
        .catch((cause: unknown) => cause),
    )

    expect(error).toMatchObject({ code: Code.Internal, rawMessage: 'internal error' })
    expect(logged).toMatchObject([
      {
        rpc: 'google.bytestream.ByteStream/QueryWriteStatus',
        err: { message: 'password is hunter2' },
      },
    ])
  },
)

const codes: [ErrorCode, Code][] = [
  ['invalid', Code.InvalidArgument],
  ['not_found', Code.NotFound],
  ['already_exists', Code.AlreadyExists],
  ['forbidden', Code.PermissionDenied],
  ['unauthenticated', Code.Unauthenticated],
  ['conflict', Code.FailedPrecondition],
  ['aborted', Code.Aborted],
  ['exhausted', Code.ResourceExhausted],
  ['unavailable', Code.Unavailable],
  ['unimplemented', Code.Unimplemented],
]

test('every code of the domain has its code on the wire', async () => {
  for (const [code, wire] of codes) {
    const { server, clientOf } = await start(() => new DomainError(code, 'no'))
    await using _ = server
    const error = ConnectError.from(
      await clientOf('grpc')
        .queryWriteStatus({})
        .catch((cause: unknown) => cause),
    )
    expect([code, error.code]).toEqual([code, wire])
  }
})

test('an error without reason or hint carries no details', async () => {
  const { server, clientOf } = await start(() => exhausted('too many'))
  await using _ = server
  const error = ConnectError.from(
    await clientOf('connect')
      .queryWriteStatus({})
      .catch((cause: unknown) => cause),
  )

  expect(error.details).toEqual([])
})
