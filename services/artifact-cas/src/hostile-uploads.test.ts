import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect as http2Connect, constants } from 'node:http2'

import { create, toBinary } from '@bufbuild/protobuf'
import { ReadRequestSchema } from '@chainloop/proto/google/bytestream/bytestream'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { hexOf, sha256 } from './digest.ts'
import { eventually } from './testing/eventually.ts'
import { ORGANIZATION } from './testing/fake-control-plane.ts'
import { openFiles } from './testing/open-files.ts'
import { refusal } from './testing/refusal.ts'
import { filesBelow } from './testing/temporary-directory.ts'
import {
  bearer,
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
  world = await startWorld({ CAS_IDLE_TIMEOUT: '2s' })
})
afterAll(async () => world[Symbol.asyncDispose]())

const visible = async (): Promise<string[]> =>
  (await filesBelow(world.folder)).filter((path) => !path.endsWith('.name'))

// What a hostile or broken client may send instead of the bytes that it declares.
const content = randomBytes(400_000)
const bad: [string, () => AsyncGenerator<Sent>, object, string, string][] = [
  [
    'other bytes',
    () => messages(randomBytes(400_000), uploadName(content)),
    {},
    'InvalidArgument',
    'DIGEST_MISMATCH',
  ],
  [
    'too few bytes',
    () => messages(content.subarray(1), uploadName(content)),
    {},
    'InvalidArgument',
    'SIZE_MISMATCH',
  ],
  [
    'too many bytes',
    () => messages(Buffer.concat([content, content]), uploadName(content)),
    {},
    'InvalidArgument',
    'SIZE_MISMATCH',
  ],
  [
    'more than the token allows',
    () => messages(content),
    { max_bytes: 399_999 },
    'ResourceExhausted',
    'BLOB_TOO_LARGE',
  ],
  [
    "a digest that is not the token's",
    () => messages(content),
    { digest: sha256(randomBytes(3)) },
    'InvalidArgument',
    'TOKEN_FOR_ANOTHER_BLOB',
  ],
  [
    "a size that is not the token's",
    () => messages(content),
    { size: 5 },
    'InvalidArgument',
    'SIZE_MISMATCH',
  ],
  ['no name', () => messages(content, ''), {}, 'InvalidArgument', 'RESOURCE_NAME_INVALID'],
  [
    'a name with a path',
    () => messages(content, `uploads/../blobs/${'a'.repeat(64)}/4/x`),
    {},
    'InvalidArgument',
    'RESOURCE_NAME_INVALID',
  ],
  [
    'a digest with a path',
    () =>
      messages(
        content,
        uploadName(content).replace(/blobs\/[0-9a-f]{64}/, `blobs/${'../'.repeat(21)}a`),
      ),
    {},
    'InvalidArgument',
    'RESOURCE_NAME_INVALID',
  ],
  [
    'a digest in capitals',
    () =>
      messages(
        content,
        uploadName(content).replace(/blobs\/[0-9a-f]{64}/, `blobs/${'A'.repeat(64)}`),
      ),
    {},
    'InvalidArgument',
    'RESOURCE_NAME_INVALID',
  ],
  [
    'a negative size',
    () => messages(content, uploadName(content).replace('/400000/', '/-1/')),
    {},
    'InvalidArgument',
    'RESOURCE_NAME_INVALID',
  ],
  [
    "another organization's location",
    () => messages(content),
    { location: 'org-2' },
    'InvalidArgument',
    'LOCATION_INVALID',
  ],
  [
    'a location with a path',
    () => messages(content),
    { location: `${ORGANIZATION}/../x` },
    'InvalidArgument',
    'LOCATION_INVALID',
  ],
  [
    'a provider that is not here',
    () => messages(content),
    { provider: 'NOWHERE' },
    'Unavailable',
    'PROVIDER_UNKNOWN',
  ],
  ['an empty stream', async function* () {}, {}, 'InvalidArgument', 'RESOURCE_NAME_INVALID'],
  [
    'a name that changes',
    async function* () {
      yield { resourceName: uploadName(content), data: content.subarray(0, 10) }
      yield { resourceName: uploadName(Buffer.from('x')), data: content.subarray(10) }
    },
    {},
    'InvalidArgument',
    'RESOURCE_NAME_INVALID',
  ],
]

test.each(bad)(
  '%s: refused with its reason; nothing is left, nothing reported',
  async (_title, sent, claims, code, reason) => {
    const [files, receipts] = [await visible(), world.controlPlane.receipts.length]
    const token = await world.controlPlane.token(claims)

    expect((await refusal(world.bytes.write(sent(), bearer(token)))).slice(0, 2)).toEqual([
      code,
      reason,
    ])

    expect(await visible()).toEqual(files)
    expect(world.controlPlane.receipts).toHaveLength(receipts)
  },
)

test('exactly the limit is allowed', async () => {
  const exact = randomBytes(1000)

  expect(await upload(world, exact, { max_bytes: 1000 })).toMatchObject({ committedSize: 1000n })
})

test('an upload that its client leaves is forgotten at once', async () => {
  const whole = randomBytes(1_000_000)
  const left = new AbortController()
  const files = await visible()
  async function* halfway(): AsyncGenerator<Sent> {
    yield { resourceName: uploadName(whole), data: whole.subarray(0, 300_000) }
    left.abort()
    await new Promise(() => {})
  }
  const token = await world.controlPlane.token()
  await refusal(world.bytes.write(halfway(), { ...bearer(token), signal: left.signal }))

  await eventually(async () => expect(await visible()).toEqual(files))
})

test('an upload that stalls is ended after the idle limit', async () => {
  const whole = randomBytes(1_000_000)
  const files = await visible()
  async function* stalling(): AsyncGenerator<Sent> {
    yield { resourceName: uploadName(whole), data: whole.subarray(0, 300_000) }
    await new Promise(() => {})
  }
  const outcome = await refusal(
    world.bytes.write(stalling(), bearer(await world.controlPlane.token())),
  )

  expect(outcome.slice(0, 2)).toEqual(['Aborted', 'TRANSFER_IDLE'])
  await eventually(async () => expect(await visible()).toEqual(files))
})

test('a reader that takes nothing for the idle limit is cut, and the file is closed', async () => {
  const big = randomBytes(8_000_000)
  await upload(world, big)
  const reader = await readerOf(world, sha256(big))
  const session = http2Connect(world.cas.addresses.api)
  const stream = session.request({
    ':method': 'POST',
    ':path': '/google.bytestream.ByteStream/Read',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...reader.headers,
  })
  const message = toBinary(
    ReadRequestSchema,
    create(ReadRequestSchema, { resourceName: hexOf(sha256(big)) }),
  )
  stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.byteLength]), message]))
  // Nobody reads: the windows fill up, and the server waits.
  await once(stream, 'close')
  session.destroy()

  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
  await eventually(async () => expect(await openFiles(hexOf(sha256(big)))).toEqual([]))
})
