import { once } from 'node:events'

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from '@chainloop/proto/grpc/reflection/v1/reflection'
import * as grpc from '@grpc/grpc-js'
import * as protoLoader from '@grpc/proto-loader'

/** Everything that a server says about itself, as grpc-js uses it: no generated code of the services. */
export async function reflected(address: string): Promise<grpc.GrpcObject> {
  const listed = await ask(address, { case: 'listServices', value: '' })
  const services =
    listed.messageResponse.case === 'listServicesResponse'
      ? listed.messageResponse.value.service.map(({ name }) => name)
      : []
  const files = new Map<string, Uint8Array>()
  for (const name of services) {
    const answer = await ask(address, { case: 'fileContainingSymbol', value: name })
    const { messageResponse } = answer
    if (messageResponse.case !== 'fileDescriptorResponse')
      throw new Error(`${name} is not described`)
    for (const file of messageResponse.value.fileDescriptorProto) {
      files.set(Buffer.from(file).toString('base64'), file)
    }
  }
  const set = descriptorSet([...files.values()])
  const options = { longs: String, enums: String, defaults: true, keepCase: true }
  return grpc.loadPackageDefinition(protoLoader.loadFileDescriptorSetFromBuffer(set, options))
}

async function ask(
  address: string,
  messageRequest: ServerReflectionRequest['messageRequest'],
): Promise<ServerReflectionResponse> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure())
  const call = client.makeBidiStreamRequest<ServerReflectionRequest, ServerReflectionResponse>(
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    (request) => Buffer.from(toBinary(ServerReflectionRequestSchema, request)),
    (bytes) => fromBinary(ServerReflectionResponseSchema, bytes),
  )
  try {
    call.write(create(ServerReflectionRequestSchema, { messageRequest }))
    const [response]: ServerReflectionResponse[] = await once(call, 'data')
    if (response === undefined) throw new Error('no answer')
    return response
  } finally {
    call.end()
    client.close()
  }
}

/** google.protobuf.FileDescriptorSet: each file is field 1, length-delimited. */
function descriptorSet(files: readonly Uint8Array[]): Buffer {
  return Buffer.concat(files.flatMap((file) => [Buffer.of(0x0a), varint(file.length), file]))
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; rest > 0; rest >>>= 7) bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
  return Buffer.from(bytes)
}
