import { readFile } from 'node:fs/promises'

import * as grpc from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest, type Attested } from './world/attest.ts'
import { temporaryFolder } from './world/folder.ts'
import { digestOf } from './world/materials.ts'
import { reflected } from './world/reflection.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* grpc-js with the descriptors that reflection hands out: neither our SDK nor our generated clients. */
const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let attested: Attested

beforeAll(async () => {
  world = stack.use(await startWorld())
  declared = await declareWorkflow(world)
  attested = await attest(declared, stack.use(await temporaryFolder()).path)
})

afterAll(() => stack.disposeAsync())

test('it lists the runs of the control plane', async () => {
  const controlPlane = await dial(
    world.endpoints.controlPlaneApi,
    'controlplane.v1.WorkflowRunService',
  )

  const answer: { result?: { id: string; status: string }[] } = await controlPlane.call('List', {
    project_name: declared.project,
  })

  expect(answer.result).toHaveLength(1)
  expect(answer.result?.[0]).toMatchObject({ status: 'RUN_STATUS_SUCCEEDED' })
})

test('it is refused without a token, with the right code', async () => {
  const controlPlane = await dial(
    world.endpoints.controlPlaneApi,
    'controlplane.v1.WorkflowRunService',
    '',
  )

  await expect(controlPlane.call('List', {})).rejects.toMatchObject({
    code: grpc.status.UNAUTHENTICATED,
  })
})

test('it reads an artifact from the CAS, byte by byte what was pushed', async () => {
  const original = await readFile(attested.materials['binary'] ?? '')
  const digest = digestOf(original)
  const credentials = await dial(
    world.endpoints.controlPlaneApi,
    'controlplane.v1.CASCredentialsService',
  )
  const answer: { result?: { token: string } } = await credentials.call('Get', {
    role: 'ROLE_DOWNLOADER',
    digest,
  })
  const cas = await dial(
    world.endpoints.casApi,
    'google.bytestream.ByteStream',
    answer.result?.token ?? '',
  )

  const chunks = await cas.read('Read', { resource_name: digest.replace('sha256:', '') })

  expect(Buffer.concat(chunks).equals(original)).toBe(true)
})

interface Dialled {
  call<T>(method: string, request: object): Promise<T>
  read(method: string, request: object): Promise<Buffer[]>
}

async function dial(url: string, service: string, token = world.operator.token): Promise<Dialled> {
  const address = new URL(url).host
  const definition = service
    .split('.')
    .reduce<unknown>((node, name) => Reflect.get(Object(node), name), await reflected(address))
  const constructor = definition as grpc.ServiceClientConstructor
  const client = new constructor(address, grpc.credentials.createInsecure())
  stack.defer(() => client.close())
  const metadata = new grpc.Metadata()
  if (token !== '') metadata.set('authorization', `Bearer ${token}`)

  return {
    call: (method, request) =>
      new Promise((resolve, reject) => {
        client[method]?.(request, metadata, (error: grpc.ServiceError | null, answer: never) => {
          if (error) reject(error)
          else resolve(answer)
        })
      }),
    async read(method, request) {
      const stream: AsyncIterable<{ data: Buffer }> = client[method]?.(request, metadata)
      const chunks: Buffer[] = []
      for await (const { data } of stream) chunks.push(data)
      return chunks
    },
  }
}
