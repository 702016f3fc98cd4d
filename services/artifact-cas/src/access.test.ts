import { randomBytes } from 'node:crypto'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { type Digest, hexOf, sha256 } from './digest.ts'
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
const content = randomBytes(400_000)

beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

const refused: [string, Parameters<typeof upload>[2], string][] = [
  ['expired', { expiresInSeconds: -60 }, 'TOKEN_EXPIRED'],
  ['for another audience', { audience: 'api-token-auth.chainloop' }, 'TOKEN_INVALID'],
  ['for a download', { role: 'downloader' }, 'WRONG_ROLE'],
  ['for a role that is none', { role: 'admin' }, 'TOKEN_INVALID'],
  ['for a digest that is none', { digest: 'sha256:x' }, 'TOKEN_INVALID'],
  ['without an organization', { org_id: '' }, 'TOKEN_INVALID'],
]

test.each(refused)('a token %s does not upload', async (_title, claims, reason) => {
  expect((await refusal(upload(world, content, claims))).slice(0, 2)).toEqual([
    'Unauthenticated',
    reason,
  ])
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
  await upload(world, known)
  const unknown = sha256(randomBytes(9))
  const asks: [Digest, ReturnType<typeof bearer>][] = [
    [unknown, await readerOf(world, unknown)],
    [digest, await readerOf(world, digest, { org_id: 'org-2' })],
    [digest, await readerOf(world, unknown)],
  ]

  for (const [asked, reader] of asks) {
    const alike = ['NotFound', 'BLOB_NOT_FOUND', `blob ${asked} not found`]
    expect(await refusal(world.resources.describe({ digest: asked }, reader))).toEqual(alike)
    expect(
      await refusal(collect(world.bytes.read({ resourceName: hexOf(asked) }, reader))),
    ).toEqual(alike)
  }
})

test('who names a digest that is there hears nothing of it: the bytes are asked for and counted as new', async () => {
  const secret = randomBytes(300_000)
  await upload(world, secret)
  const wrong = world.bytes.write(
    messages(randomBytes(300_000), uploadName(secret)),
    bearer(await world.controlPlane.token()),
  )
  expect((await refusal(wrong))[1]).toBe('DIGEST_MISMATCH')

  expect(await upload(world, secret)).toMatchObject({ committedSize: 300_000n })
  expect(world.controlPlane.receipts.at(-1)).toMatchObject({ deduplicated: true, size: 300_000n })
})

test('who holds the blob already hears so before sending a byte, and a receipt is written', async () => {
  const held = randomBytes(300_000)
  const digest = sha256(held)
  await upload(world, held)
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
  await upload(world, held)
  const fresh = randomBytes(1000)

  expect(await upload(world, held, { possessed: true })).toMatchObject({ committedSize: 1000n })
  expect(await upload(world, fresh, { possessed: true, digest: sha256(fresh) })).toMatchObject({
    committedSize: 1000n,
  })
})
