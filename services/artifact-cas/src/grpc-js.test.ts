import { randomBytes } from 'node:crypto'

import { create, type DescFile, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { file_cas_v1_resource } from '@chainloop/proto/cas/v1/resource'
import { file_google_bytestream_bytestream } from '@chainloop/proto/google/bytestream/bytestream'
import {
  type Client,
  type ClientReadableStream,
  type ClientWritableStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type requestCallback,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { hexOf, sha256 } from './digest.ts'
import { messages, type Sent, startWorld, uploadName, type World } from './testing/world.ts'

/** A client that shares no code with ours: another gRPC library, another protobuf library, dynamic descriptors. */
interface ByteStreamClient extends Client {
  write(
    metadata: Metadata,
    done: requestCallback<{ committed_size: string }>,
  ): ClientWritableStream<object>
  read(request: object, metadata: Metadata): ClientReadableStream<{ data: Buffer }>
}

interface ResourceClient extends Client {
  describe(
    request: object,
    metadata: Metadata,
    done: requestCallback<{ result: { file_name: string; digest: string; size: string } }>,
  ): void
}

const content = randomBytes(1_500_000)
const digest = sha256(content)
let world: World
let bytes: ByteStreamClient
let resources: ResourceClient

beforeAll(async () => {
  world = await startWorld()
  const { google, cas } = loadPackageDefinition(
    loadFileDescriptorSetFromBuffer(
      descriptors(file_google_bytestream_bytestream, file_cas_v1_resource),
      {
        longs: String,
      },
    ),
  ) as unknown as {
    google: { bytestream: { ByteStream: ServiceClientConstructor } }
    cas: { v1: { ResourceService: ServiceClientConstructor } }
  }
  const { host } = new URL(world.cas.addresses.api)
  bytes = new google.bytestream.ByteStream(
    host,
    credentials.createInsecure(),
  ) as unknown as ByteStreamClient
  resources = new cas.v1.ResourceService(
    host,
    credentials.createInsecure(),
  ) as unknown as ResourceClient
})
afterAll(async () => {
  bytes.close()
  resources.close()
  await world[Symbol.asyncDispose]()
})

function descriptors(...files: DescFile[]): Buffer {
  const all = new Map<string, DescFile>()
  const add = (file: DescFile): void => {
    for (const dependency of file.dependencies) add(dependency)
    all.set(file.name, file)
  }
  for (const file of files) add(file)
  const set = create(FileDescriptorSetSchema, { file: [...all.values()].map(({ proto }) => proto) })
  return Buffer.from(toBinary(FileDescriptorSetSchema, set))
}

async function metadata(claims: object): Promise<Metadata> {
  const headers = new Metadata()
  headers.set('authorization', `bearer ${await world.controlPlane.token(claims)}`)
  return headers
}

async function write(sent: AsyncIterable<Sent>): Promise<{ committed_size: string }> {
  const headers = await metadata({})
  return new Promise((resolve, reject) => {
    const call = bytes.write(headers, (error, answer) =>
      answer ? resolve(answer) : reject(error ?? new Error('no answer')),
    )
    call.on('error', () => {})
    void (async () => {
      for await (const { resourceName, finishWrite, data } of sent) {
        call.write({ resource_name: resourceName, finish_write: finishWrite, data })
      }
      call.end()
    })()
  })
}

async function read(): Promise<Buffer> {
  const parts: Buffer[] = []
  const call = bytes.read(
    { resource_name: hexOf(digest) },
    await metadata({ role: 'downloader', digest }),
  )
  for await (const message of call) parts.push((message as { data: Buffer }).data)
  return Buffer.concat(parts)
}

test('an independent client uploads, describes and reads', async () => {
  expect(await write(messages(content, uploadName(content, 'x.bin')))).toEqual({
    committed_size: '1500000',
  })

  const headers = await metadata({ role: 'downloader', digest })
  const described = await new Promise((resolve, reject) => {
    resources.describe({ digest: hexOf(digest) }, headers, (error, answer) =>
      error ? reject(error) : resolve(answer),
    )
  })
  expect(described).toMatchObject({
    result: { file_name: 'x.bin', digest: hexOf(digest), size: '1500000' },
  })
  expect(sha256(await read())).toBe(digest)
})

test('it hears why an upload was refused, also while it still sends', async () => {
  const wrong = messages(randomBytes(3_000_000), uploadName(content), 60_000)

  await expect(write(wrong)).rejects.toMatchObject({
    code: 3,
    // This library decodes only part of what ours escapes: the comma stays %2C.
    details: expect.stringContaining('but more arrived'),
  })
})
