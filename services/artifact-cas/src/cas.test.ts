import { randomBytes } from 'node:crypto'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { type Digest, hexOf, sha256 } from './digest.ts'
import { ORGANIZATION } from './testing/fake-control-plane.ts'
import { filesBelow } from './testing/temporary-directory.ts'
import {
  bearer,
  collect,
  messages,
  type Sent,
  startWorld,
  uploadName,
  type World,
} from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ CAS_IDLE_TIMEOUT: '300ms' })
})
afterAll(async () => world[Symbol.asyncDispose]())

async function upload(
  content: Uint8Array,
  claims: Parameters<World['controlPlane']['token']>[0] = {},
) {
  const token = await world.controlPlane.token(claims)
  return world.bytes.write(messages(content), bearer(token))
}

async function downloadToken(digest: Digest, claims: object = {}): Promise<string> {
  return world.controlPlane.token({ role: 'downloader', digest, ...claims })
}

async function refusal(call: Promise<unknown>): Promise<[string, string | undefined, string]> {
  const outcome = await call.then(
    () => new Error('it was not refused'),
    (cause: unknown) => cause,
  )
  const error = ConnectError.from(outcome)
  return [Code[error.code], error.findDetails(ErrorInfoSchema)[0]?.reason, error.rawMessage]
}

/** Tries again until it holds; the test's own time limit ends it. */
async function eventually(assertion: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await assertion()
    } catch {
      await sleep(5)
    }
  }
}

const visible = async (): Promise<string[]> =>
  (await filesBelow(world.folder)).filter((path) => !path.endsWith('.name'))

test('what was uploaded can be described and read, and the control plane has its receipt', async () => {
  const content = randomBytes(3_000_000)
  const digest = sha256(content)
  const token = await world.controlPlane.token({ digest, size: content.length })

  const { committedSize } = await world.bytes.write(
    messages(content, uploadName(content, 'söme file.txt')),
    bearer(token),
  )
  const reader = bearer(await downloadToken(digest))
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
  await upload(content)
  const reader = bearer(await downloadToken(sha256(content)))

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
    await upload(content)
    const reader = bearer(await downloadToken(sha256(content)))
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
  await upload(content)
  const reader = bearer(await downloadToken(sha256(content)))
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
  const reader = bearer(await downloadToken(sha256(content)))

  expect(await world.resources.describe({ digest: sha256(content) }, reader)).toMatchObject({
    result: { fileName: 'foo.txt', size: 4n },
  })
})

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
    { provider: 'AWS-S3' },
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

  expect(await upload(exact, { max_bytes: 1000 })).toMatchObject({ committedSize: 1000n })
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

test.each([
  ['expired', { expiresInSeconds: -60 }, 'TOKEN_EXPIRED'],
  ['for another audience', { audience: 'api-token-auth.chainloop' }, 'TOKEN_INVALID'],
  ['for a download', { role: 'downloader' }, 'WRONG_ROLE'],
  ['for a role that is none', { role: 'admin' }, 'TOKEN_INVALID'],
  ['for a digest that is none', { digest: 'sha256:x' as Digest }, 'TOKEN_INVALID'],
  ['without an organization', { org_id: '' }, 'TOKEN_INVALID'],
])('a token %s does not upload', async (_title, claims, reason) => {
  expect((await refusal(upload(content, claims))).slice(0, 2)).toEqual(['Unauthenticated', reason])
})

test('without a token, with nonsense, or with a forged one nothing works, also where no message is needed', async () => {
  for (const token of [undefined, 'nonsense', await world.controlPlane.forgedToken()]) {
    const headers = token === undefined ? {} : bearer(token)
    const calls = [
      world.bytes.write(messages(content), headers),
      collect(world.bytes.read({ resourceName: hexOf(sha256(content)) }, headers)),
      world.bytes.queryWriteStatus({ resourceName: 'x' }, headers),
      world.resources.describe({ digest: hexOf(sha256(content)) }, headers),
    ]
    for (const call of calls) expect((await refusal(call))[0]).toBe('Unauthenticated')
  }
})

test('an uploader can neither read nor describe', async () => {
  const token = bearer(await world.controlPlane.token())

  expect(
    (await refusal(collect(world.bytes.read({ resourceName: hexOf(sha256(content)) }, token))))[1],
  ).toBe('WRONG_ROLE')
  expect(
    (await refusal(world.resources.describe({ digest: hexOf(sha256(content)) }, token)))[1],
  ).toBe('WRONG_ROLE')
})

test('unknown, foreign and forbidden digests answer alike', async () => {
  const known = randomBytes(500)
  const digest = sha256(known)
  await upload(known)
  const unknown = sha256(randomBytes(9))
  const asks: [Digest, string][] = [
    [unknown, await downloadToken(unknown)],
    [digest, await downloadToken(digest, { org_id: 'org-2' })],
    [digest, await downloadToken(unknown)],
  ]

  for (const [asked, token] of asks) {
    const alike = ['NotFound', 'BLOB_NOT_FOUND', `blob ${asked} not found`]
    expect(await refusal(world.resources.describe({ digest: asked }, bearer(token)))).toEqual(alike)
    expect(
      await refusal(collect(world.bytes.read({ resourceName: hexOf(asked) }, bearer(token)))),
    ).toEqual(alike)
  }
})

test('who names a digest that is there hears nothing of it: the bytes are asked for and counted as new', async () => {
  const secret = randomBytes(300_000)
  await upload(secret)
  const wrong = world.bytes.write(
    messages(randomBytes(300_000), uploadName(secret)),
    bearer(await world.controlPlane.token()),
  )
  expect((await refusal(wrong))[1]).toBe('DIGEST_MISMATCH')

  expect(await upload(secret)).toMatchObject({ committedSize: 300_000n })
  expect(world.controlPlane.receipts.at(-1)).toMatchObject({ deduplicated: true, size: 300_000n })
})

test('who holds the blob already hears so before sending a byte, and a receipt is written', async () => {
  const held = randomBytes(300_000)
  const digest = sha256(held)
  await upload(held)
  let sent = 0
  async function* endless(): AsyncGenerator<Sent> {
    for (;;) {
      sent += 1
      yield { resourceName: uploadName(held), data: held.subarray(0, 100_000) }
    }
  }
  const token = await world.controlPlane.token({ digest, possessed: true })

  expect(await world.bytes.write(endless(), bearer(token))).toMatchObject({ committedSize: 0n })
  expect(world.controlPlane.receipts.at(-1)).toMatchObject({
    deduplicated: true,
    digest,
    size: 300_000n,
  })
  expect(sent).toBeLessThan(100)
})

test('"possessed" counts only for the digest that the token names, and only while the storage has it', async () => {
  const held = randomBytes(1000)
  await upload(held)
  const fresh = randomBytes(1000)

  expect(await upload(held, { possessed: true })).toMatchObject({ committedSize: 1000n })
  expect(await upload(fresh, { possessed: true, digest: sha256(fresh) })).toMatchObject({
    committedSize: 1000n,
  })
})

test('as long as the control plane has not recorded it, an upload has not happened for its client', async () => {
  const blob = randomBytes(1000)
  world.controlPlane.refuse = new ConnectError('database is down', Code.Internal)
  const refused = await refusal(upload(blob))
  world.controlPlane.refuse = undefined

  expect(refused).toEqual([
    'Unavailable',
    'RECEIPT_NOT_RECORDED',
    'the upload could not be recorded with the control plane',
  ])
  expect(await upload(blob)).toMatchObject({ committedSize: 1000n })
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
  await upload(blob)
  const hex = hexOf(digest)
  const path = join(world.folder, ORGANIZATION, hex.slice(0, 2), hex.slice(2, 4), hex)
  const reader = bearer(await downloadToken(digest))
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
    backends: ['FILESYSTEM'],
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
  })
  expect(await world.status.statusz({ readiness: true })).toMatchObject({})
})

test('what moved is counted', async () => {
  await upload(randomBytes(1000))
  const metrics = await (await fetch(`${world.cas.addresses.metrics}/metrics`)).text()

  expect(metrics).toMatch(
    /cas_transferred_bytes_total\{direction="in",service="artifact-cas"\} [1-9]/,
  )
  expect(metrics).toMatch(/cas_uploads_total\{deduplicated="false",service="artifact-cas"\} [1-9]/)
  expect(metrics).toContain(
    'rpc_server_calls_total{method="google.bytestream.ByteStream/Write",code="ok"',
  )
})
