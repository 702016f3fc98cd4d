import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { StatusService } from '@chainloop/proto/cas/v1/status'
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '@chainloop/proto/grpc/reflection/v1/reflection'
import { ServerReflection as Alpha } from '@chainloop/proto/grpc/reflection/v1alpha/reflection'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { credentials, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader'
import { expect, test } from '@jest/globals'

import { silentLogger } from '../logger.ts'
import { serve } from '../serve.ts'

type Question = ServerReflectionRequest['messageRequest']
type Answer = ServerReflectionResponse['messageResponse']

const start = () =>
  serve({
    api: {
      port: 0,
      rpc: {
        // Access that denies everything must not hide what is reflected.
        gate: () => {
          throw new Error('denied')
        },
        routes: (router) => void router.service(StatusService, { infoz: () => ({ version: '9' }) }),
      },
    },
    log: silentLogger,
  })

async function ask(address: string, messageRequest: Question): Promise<Answer> {
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: address }))
  async function* questions() {
    yield { messageRequest }
  }
  for await (const { messageResponse } of client.serverReflectionInfo(questions()))
    return messageResponse
  throw new Error('no answer')
}

test('services are listed with health and both versions of reflection', async () => {
  await using server = await start()
  const answer = await ask(server.addresses.api, { case: 'listServices', value: '' })

  expect(
    answer.case === 'listServicesResponse' && answer.value.service.map(({ name }) => name),
  ).toEqual([
    'cas.v1.StatusService',
    'grpc.health.v1.Health',
    'grpc.reflection.v1.ServerReflection',
    'grpc.reflection.v1alpha.ServerReflection',
  ])
})

test.each([
  ['fileContainingSymbol', 'cas.v1.StatusService'],
  ['fileContainingSymbol', 'cas.v1.StatusService.Infoz'],
  ['fileContainingSymbol', 'cas.v1.InfozResponse'],
  ['fileContainingSymbol', 'cas.v1.InfozResponse.version'],
  ['fileByFilename', 'cas/v1/status.proto'],
] as const)('%s %s gives the descriptor of the file', async (which, value) => {
  await using server = await start()
  const answer = await ask(server.addresses.api, { case: which, value })

  expect(answer.case).toBe('fileDescriptorResponse')
  const files = answer.case === 'fileDescriptorResponse' ? answer.value.fileDescriptorProto : []
  expect(files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name)).toContain(
    'cas/v1/status.proto',
  )
})

test.each([
  [{ case: 'fileContainingSymbol', value: 'no.Such' }, 5],
  [{ case: 'fileByFilename', value: '../etc/passwd' }, 5],
  [
    {
      case: 'fileContainingExtension',
      value: {
        $typeName: 'grpc.reflection.v1.ExtensionRequest',
        containingType: 'x',
        extensionNumber: 1,
      },
    },
    5,
  ],
  [{ case: undefined }, 3],
] as [Question, number][])(
  'what is not there is answered by a message: %j',
  async (question, errorCode) => {
    await using server = await start()

    expect(await ask(server.addresses.api, question)).toMatchObject({
      case: 'errorResponse',
      value: { errorCode },
    })
  },
)

test('a client that knew nothing but reflection can call a service', async () => {
  await using server = await serve({
    api: {
      port: 0,
      rpc: {
        routes: (router) => void router.service(StatusService, { infoz: () => ({ version: '9' }) }),
      },
    },
    log: silentLogger,
  })
  const answer = await ask(server.addresses.api, {
    case: 'fileContainingSymbol',
    value: 'cas.v1.StatusService',
  })
  const file = (
    answer.case === 'fileDescriptorResponse' ? answer.value.fileDescriptorProto : []
  ).map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
  const set = Buffer.from(
    toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file })),
  )
  const { cas } = loadPackageDefinition(loadFileDescriptorSetFromBuffer(set)) as unknown as {
    cas: { v1: { StatusService: ServiceClientConstructor } }
  }
  const client = new cas.v1.StatusService(
    new URL(server.addresses.api).host,
    credentials.createInsecure(),
  )
  const reply = await new Promise((resolve, reject) => {
    client['Infoz']?.({}, (error: unknown, value: unknown) =>
      error ? reject(error) : resolve(value),
    )
  })
  client.close()

  expect(reply).toMatchObject({ version: '9' })
})

test('older tools find the alpha version', async () => {
  await using server = await start()
  const client = createClient(Alpha, createGrpcTransport({ baseUrl: server.addresses.api }))
  async function* questions() {
    yield { messageRequest: { case: 'listServices', value: '' } as const }
  }
  for await (const { messageResponse } of client.serverReflectionInfo(questions())) {
    expect(messageResponse.case).toBe('listServicesResponse')
  }
})
