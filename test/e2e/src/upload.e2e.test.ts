import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { failureOf } from './world/failure.ts'
import { openRun, type OpenRun } from './world/modified-client.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* Uploads as a wrong, broken or dying client makes them: nothing becomes visible that was not verified. */
const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let run: OpenRun

beforeAll(async () => {
  world = stack.use(await startWorld())
  declared = await declareWorkflow(world)
  run = await openRun(declared.job, declared)
})

afterAll(() => stack.disposeAsync())

const hexOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Said {
  readonly digest?: string
  readonly size?: number
}

/** Sends bytes and says this about them, to the control plane and to the CAS. */
async function upload(bytes: Buffer, said: Said = {}, die = false): Promise<bigint> {
  const { digest = hexOf(bytes), size = bytes.length } = said
  const { result } = await run.client.attestations.getUploadCreds({
    workflowRunId: run.id,
    digest: `sha256:${digest}`,
    size: BigInt(size),
  })
  const leave = new AbortController()
  async function* messages(): AsyncIterable<{
    resourceName: string
    writeOffset: bigint
    finishWrite: boolean
    data: Buffer
  }> {
    const resourceName = `uploads/${randomUUID()}/blobs/${digest}/${size}/some%20file.bin`
    const half = Math.floor(bytes.length / 2)
    yield { resourceName, writeOffset: 0n, finishWrite: false, data: bytes.subarray(0, half) }
    if (die) leave.abort()
    yield { resourceName, writeOffset: BigInt(half), finishWrite: true, data: bytes.subarray(half) }
  }
  const stream = declared.job.client.byteStream(result?.token ?? '')
  return (await stream.write(messages(), { signal: leave.signal })).committedSize
}

/** Whether the store holds it: a run's uploads can be read by digest only once its attestation is stored. */
async function isStored(digest: string): Promise<boolean> {
  const files = await readdir(join(world.dataDir, 'cas'), { recursive: true })
  return files.some((file) => file.replaceAll('/', '').includes(digest))
}

test('what was uploaded and verified is stored', async () => {
  const bytes = randomBytes(100_000)

  await upload(bytes)

  expect(await isStored(hexOf(bytes))).toBe(true)
})

test('bytes that do not have the digest are refused, and the digest stays unknown', async () => {
  const digest = randomBytes(32).toString('hex')

  const failure = await failureOf(upload(randomBytes(100_000), { digest }))

  expect([Code.InvalidArgument, Code.DataLoss, Code.FailedPrecondition]).toContain(failure.code)
  expect(await isStored(digest)).toBe(false)
})

test('bytes of another size are refused', async () => {
  const bytes = randomBytes(100_000)

  const failure = await failureOf(upload(bytes, { size: 50_000 }))

  expect([Code.InvalidArgument, Code.OutOfRange, Code.ResourceExhausted]).toContain(failure.code)
  expect(await isStored(hexOf(bytes))).toBe(false)
})

test('an upload that is cut off leaves nothing, and can be made again', async () => {
  const bytes = randomBytes(2_000_000)

  await failureOf(upload(bytes, {}, true))

  expect(await isStored(hexOf(bytes))).toBe(false)
  await upload(bytes)
  expect(await isStored(hexOf(bytes))).toBe(true)
})

test('a token is good for the digest that it names only', async () => {
  const [named, other] = [randomBytes(1000), randomBytes(1000)]
  const { result } = await run.client.attestations.getUploadCreds({
    workflowRunId: run.id,
    digest: `sha256:${hexOf(named)}`,
    size: BigInt(named.length),
  })
  const resourceName = `uploads/${randomUUID()}/blobs/${hexOf(other)}/${other.length}/x`
  async function* message(): AsyncIterable<{
    resourceName: string
    finishWrite: boolean
    data: Buffer
  }> {
    yield { resourceName, finishWrite: true, data: other }
  }

  const failure = await failureOf(
    declared.job.client.byteStream(result?.token ?? '').write(message()),
  )

  expect([Code.PermissionDenied, Code.InvalidArgument]).toContain(failure.code)
  expect(await isStored(hexOf(other))).toBe(false)
})
