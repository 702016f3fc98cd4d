import { randomBytes } from 'node:crypto'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { hexOf, sha256 } from './digest.ts'
import { ORGANIZATION } from './testing/fake-control-plane.ts'
import { refusal } from './testing/refusal.ts'
import {
  bearer,
  collect,
  messages,
  readerOf,
  type Sent,
  startWorld,
  upload,
  uploadName,
  type World,
} from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

test('what was uploaded can be described and read, and the control plane has its receipt', async () => {
  const content = randomBytes(3_000_000)
  const digest = sha256(content)
  const token = await world.controlPlane.token({ digest, size: content.length })

  const { committedSize } = await world.bytes.write(
    messages(content, uploadName(content, 'söme file.txt')),
    bearer(token),
  )
  const reader = await readerOf(world, digest)
  const { result } = await world.resources.describe({ digest: hexOf(digest) }, reader)

  expect(committedSize).toBe(3_000_000n)
  expect(result).toMatchObject({
    digest: hexOf(digest),
    size: 3_000_000n,
    fileName: 'söme file.txt',
  })
  expect(sha256(await collect(world.bytes.read({ resourceName: hexOf(digest) }, reader)))).toBe(
    digest,
  )
  expect(world.controlPlane.receipts.at(-1)).toMatchObject({
    transferToken: token,
    digest,
    size: 3_000_000n,
    fileName: 'söme file.txt',
    deduplicated: false,
  })
})

test('an empty blob is a blob', async () => {
  const content = new Uint8Array()
  await upload(world, content)
  const reader = await readerOf(world, sha256(content))

  expect(
    await collect(world.bytes.read({ resourceName: hexOf(sha256(content)) }, reader)),
  ).toHaveLength(0)
})

test.each([
  [0n, 0n, 0, 100],
  [10n, 0n, 10, 100],
  [10n, 5n, 10, 15],
  [100n, 0n, 100, 100],
  [90n, 50n, 90, 100],
])(
  'reading from offset %d with limit %d gives bytes %d to %d',
  async (readOffset, readLimit, start, end) => {
    const content = Buffer.from(Array.from({ length: 100 }, (_, index) => index))
    await upload(world, content)
    const reader = await readerOf(world, sha256(content))
    const request = { resourceName: hexOf(sha256(content)), readOffset, readLimit }

    expect([...(await collect(world.bytes.read(request, reader)))]).toEqual([
      ...content.subarray(start, end),
    ])
  },
)

test.each([
  [-1n, 0n],
  [101n, 0n],
  [0n, -1n],
])('reading from offset %d with limit %d is out of range', async (readOffset, readLimit) => {
  const content = Buffer.from(Array.from({ length: 100 }, (_, index) => index))
  await upload(world, content)
  const reader = await readerOf(world, sha256(content))
  const request = { resourceName: hexOf(sha256(content)), readOffset, readLimit }

  expect(await refusal(collect(world.bytes.read(request, reader)))).toMatchObject([
    'OutOfRange',
    undefined,
    'the blob has 100 bytes',
  ])
})

test('the last message may carry data, and a stream may just end', async () => {
  const [one, two] = [randomBytes(1000), randomBytes(1000)]
  async function* withData(): AsyncGenerator<Sent> {
    yield { resourceName: uploadName(one), data: one, finishWrite: true }
  }
  async function* withoutFinish(): AsyncGenerator<Sent> {
    yield { resourceName: uploadName(two), data: two.subarray(0, 500) }
    yield { resourceName: '', data: two.subarray(500) }
  }

  expect(
    await world.bytes.write(withData(), bearer(await world.controlPlane.token())),
  ).toMatchObject({ committedSize: 1000n })
  expect(
    await world.bytes.write(withoutFinish(), bearer(await world.controlPlane.token())),
  ).toMatchObject({ committedSize: 1000n })
})

test('a client of the existing system names its blob by a gob without size, and offsets of 0', async () => {
  const content = Buffer.from('foo\n')
  const name =
    'Ov+BAwEBC0NBU1Jlc291cmNlAf+CAAEDAQhGaWxlTmFtZQEMAAEGRGlnZXN0AQwAAQRTaXplAQQAAABO/4IBB2Zvby50eHQBQGI1YmI5ZDgwMTRhMGY5YjFkNjFlMjFlNzk2ZDc4ZGNjZGYxMzUyZjIzY2QzMjgxMmY0ODUwYjg3OGFlNDk0NGMA'
  async function* sent(): AsyncGenerator<Sent> {
    yield { resourceName: name, data: content.subarray(0, 2) }
    yield { resourceName: name, data: content.subarray(2) }
    yield { resourceName: name, finishWrite: true }
  }
  await world.bytes.write(sent(), bearer(await world.controlPlane.token()))
  const reader = await readerOf(world, sha256(content))

  expect(await world.resources.describe({ digest: sha256(content) }, reader)).toMatchObject({
    result: { fileName: 'foo.txt', size: 4n },
  })
})

test('as long as the control plane has not recorded it, an upload has not happened for its client', async () => {
  const blob = randomBytes(1000)
  world.controlPlane.refuse = new ConnectError('database is down', Code.Internal)
  const refused = await refusal(upload(world, blob))
  world.controlPlane.refuse = undefined

  expect(refused).toEqual([
    'Unavailable',
    'RECEIPT_NOT_RECORDED',
    'the upload could not be recorded with the control plane',
  ])
  expect(await upload(world, blob)).toMatchObject({ committedSize: 1000n })
})

test('the uploader may ask how far it is, and nobody else', async () => {
  const blob = randomBytes(1000)
  const resourceName = uploadName(blob)
  const token = await world.controlPlane.token()
  await world.bytes.write(messages(blob), bearer(token))

  expect(await world.bytes.queryWriteStatus({ resourceName }, bearer(token))).toMatchObject({
    committedSize: 1000n,
    complete: true,
  })
  expect(
    (
      await refusal(
        world.bytes.queryWriteStatus({ resourceName }, bearer(await world.controlPlane.token())),
      )
    )[0],
  ).toBe('NotFound')
})

test('a blob that rots on the disk is never sent whole', async () => {
  const blob = randomBytes(2_500_000)
  const digest = sha256(blob)
  await upload(world, blob)
  const hex = hexOf(digest)
  const path = join(world.folder, ORGANIZATION, hex.slice(0, 2), hex.slice(2, 4), hex)
  const reader = await readerOf(world, digest)
  const stored = await readFile(path)
  stored[1_000_000] = (stored[1_000_000] ?? 0) ^ 1
  await writeFile(path, stored)

  expect((await refusal(collect(world.bytes.read({ resourceName: hex }, reader))))[0]).toBe(
    'Internal',
  )
  await truncate(path, 100)
  expect((await refusal(collect(world.bytes.read({ resourceName: hex }, reader))))[0]).toBe(
    'Internal',
  )
})

test('who runs here is told to everybody', async () => {
  expect(await world.status.infoz({})).toMatchObject({
    backends: ['AWS-S3', 'AzureBlob', 'FILESYSTEM', 'GCS', 'OCI'],
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
  })
  expect(await world.status.statusz({ readiness: true })).toMatchObject({})
})

test('what moved is counted', async () => {
  await upload(world, randomBytes(1000))
  const metrics = await (await fetch(`${world.cas.addresses.metrics}/metrics`)).text()

  expect(metrics).toMatch(
    /cas_transferred_bytes_total\{direction="in",service="artifact-cas"\} [1-9]/,
  )
  expect(metrics).toMatch(/cas_uploads_total\{deduplicated="false",service="artifact-cas"\} [1-9]/)
  expect(metrics).toContain(
    'rpc_server_calls_total{method="google.bytestream.ByteStream/Write",code="ok"',
  )
})
