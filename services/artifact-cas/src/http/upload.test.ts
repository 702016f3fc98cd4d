import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { type Digest, sha256 } from '../digest.ts'
import { filesBelow } from '../testing/temporary-directory.ts'
import { readerOf, startWorld, type World } from '../testing/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ CAS_IDLE_TIMEOUT: '300ms' })
})
afterAll(async () => world[Symbol.asyncDispose]())

interface Answer {
  readonly status: number
  readonly offset: string | null
  readonly complete: string | null
  readonly location: string
  readonly reason: string | undefined
}

async function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Uint8Array,
): Promise<Answer> {
  const response = await fetch(`${world.cas.addresses.http}${path}`, {
    method,
    headers,
    ...(body ? { body: Buffer.from(body) } : {}),
  })
  const text = await response.text()
  return {
    status: response.status,
    offset: response.headers.get('upload-offset'),
    complete: response.headers.get('upload-complete'),
    location: response.headers.get('location') ?? '',
    reason: text ? JSON.parse(text).reason : undefined,
  }
}

async function open(
  content: Uint8Array,
  claims: object = {},
  digest: Digest = sha256(content),
): Promise<Answer> {
  const authorization = `Bearer ${await world.controlPlane.token(claims)}`
  const headers = { authorization, 'upload-length': String(content.byteLength) }
  return call('POST', `/uploads?digest=${digest}&filename=a%20file.bin`, headers)
}

const patch = (location: string, offset: number, body: Uint8Array): Promise<Answer> =>
  call('PATCH', location, { 'upload-offset': String(offset) }, body)

async function sizeOf(content: Uint8Array): Promise<bigint | undefined> {
  const described = world.resources.describe(
    { digest: sha256(content) },
    await readerOf(world, sha256(content)),
  )
  return (await described.catch(() => undefined))?.result?.size
}

/** Sends some bytes of a longer body, and then the connection breaks. */
async function breakOff(location: string, offset: number, body: Uint8Array): Promise<void> {
  const req = request(`${world.cas.addresses.http}${location}`, {
    method: 'PATCH',
    headers: { 'upload-offset': offset, 'content-length': body.byteLength + 1000 },
  })
  req.on('error', () => {})
  await new Promise((resolve) => req.write(body, resolve))
  while ((await call('HEAD', location)).offset !== String(offset + body.byteLength)) await sleep(5)
  req.destroy()
}

test('an upload in one go is stored when the last byte was answered', async () => {
  const content = randomBytes(2_000_000)
  const { location, ...opened } = await open(content)
  const sent = await patch(location, 0, content)

  expect(opened).toMatchObject({ status: 201, offset: '0', complete: '?0' })
  expect(sent).toMatchObject({ status: 204, offset: '2000000', complete: '?1' })
  expect(await sizeOf(content)).toBe(2_000_000n)
  expect(world.controlPlane.receipts.at(-1)).toMatchObject({
    digest: sha256(content),
    fileName: 'a file.bin',
  })
})

test('an upload goes on where its connection broke, as often as it breaks', async () => {
  const content = randomBytes(1_000_000)
  const { location } = await open(content)
  for (let at = 0; at < 900_000; at += 100_000)
    await breakOff(location, at, content.subarray(at, at + 100_000))

  expect(await sizeOf(content)).toBeUndefined()
  expect(await patch(location, 900_000, content.subarray(900_000))).toMatchObject({
    status: 204,
    complete: '?1',
  })
  expect(await sizeOf(content)).toBe(1_000_000n)
})

test('who did not hear the last answer may ask, or send again', async () => {
  const content = randomBytes(1000)
  const { location } = await open(content)
  await patch(location, 0, content)

  expect(await call('HEAD', location)).toMatchObject({
    status: 200,
    offset: '1000',
    complete: '?1',
  })
  expect(await patch(location, 0, content)).toMatchObject({ status: 204, complete: '?1' })
})

test('bytes at another place than the upload is at are refused, and do no harm', async () => {
  const content = randomBytes(1000)
  const { location } = await open(content)
  await patch(location, 0, content.subarray(0, 500))

  expect(await patch(location, 400, content.subarray(400))).toMatchObject({
    status: 409,
    reason: 'OFFSET_MISMATCH',
  })
  expect(await patch(location, 500, content.subarray(500))).toMatchObject({
    status: 204,
    complete: '?1',
  })
  expect(await sizeOf(content)).toBe(1000n)
})

test('a request that hangs is pushed aside by the next one', async () => {
  const content = randomBytes(1000)
  const { location } = await open(content)
  const hanging = request(`${world.cas.addresses.http}${location}`, {
    method: 'PATCH',
    headers: { 'upload-offset': 0, 'content-length': 1000 },
  })
  hanging.on('error', () => {})
  const answered = once(hanging, 'response')
  hanging.write(content.subarray(0, 300))
  while ((await call('HEAD', location)).offset !== '300') await sleep(5)

  expect(await patch(location, 300, content.subarray(300))).toMatchObject({
    status: 204,
    complete: '?1',
  })
  const [response] = (await answered) as [{ statusCode: number }]
  expect(response.statusCode).toBe(409)
  hanging.destroy()
})

test('an empty blob, and one that the project holds, are complete at once', async () => {
  const held = randomBytes(1000)
  await patch((await open(held)).location, 0, held)

  expect(await open(new Uint8Array())).toMatchObject({ status: 201, offset: '0', complete: '?1' })
  expect(await open(held, { possessed: true, digest: sha256(held) })).toMatchObject({
    status: 201,
    offset: '1000',
    complete: '?1',
  })
})

test('other bytes than declared are refused; the session and its file are gone', async () => {
  const content = randomBytes(100_000)
  const { location } = await open(content, {}, sha256(randomBytes(3)))

  expect(await patch(location, 0, content)).toMatchObject({
    status: 400,
    reason: 'DIGEST_MISMATCH',
  })
  expect((await call('HEAD', location)).status).toBe(404)
  expect((await filesBelow(world.folder)).filter((path) => path.startsWith('.incoming'))).toEqual(
    [],
  )
})

test('more bytes than declared are refused', async () => {
  const content = randomBytes(100_000)
  const { location } = await open(content)

  expect(await patch(location, 0, Buffer.concat([content, content]))).toMatchObject({
    status: 400,
    reason: 'SIZE_MISMATCH',
  })
})

test('a client that stalls keeps its session, and one that gives up keeps nothing', async () => {
  const content = randomBytes(100_000)
  const { location } = await open(content)
  const stalled = request(`${world.cas.addresses.http}${location}`, {
    method: 'PATCH',
    headers: { 'upload-offset': 0, 'content-length': content.byteLength },
  })
  stalled.on('error', () => {})
  stalled.write(content.subarray(0, 40_000))
  await once(stalled, 'response')
  stalled.destroy()

  expect(await call('HEAD', location)).toMatchObject({ status: 200, offset: '40000' })
  expect((await call('DELETE', location)).status).toBe(204)
  expect((await call('HEAD', location)).status).toBe(404)
})

test.each([
  ['without a token', {}, 401, 'TOKEN_MISSING'],
  ['with a token for downloads', { role: 'downloader' }, 401, 'WRONG_ROLE'],
  ['over the limit', { max_bytes: 10 }, 413, 'BLOB_TOO_LARGE'],
  ['for another blob', { digest: sha256(Buffer.from('x')) }, 400, 'TOKEN_FOR_ANOTHER_BLOB'],
])('an upload %s is refused before any byte', async (title, claims, status, reason) => {
  const content = randomBytes(1000)
  const refused =
    title === 'without a token'
      ? await call('POST', `/uploads?digest=${sha256(content)}`, { 'upload-length': '1000' })
      : await open(content, claims)

  expect(refused).toMatchObject({ status, reason })
})

test.each(['', 'x', '-1', '1e3', '1'.repeat(16)])('the length %j is none', async (length) => {
  const authorization = `Bearer ${await world.controlPlane.token()}`
  const refused = await call('POST', `/uploads?digest=${sha256(Buffer.from('x'))}`, {
    authorization,
    'upload-length': length,
  })

  expect(refused).toMatchObject({ status: 400, reason: 'HEADER_INVALID' })
})

test('nobody guesses a session', async () => {
  expect((await call('HEAD', '/uploads/guess')).status).toBe(404)
  expect(await patch('/uploads/guess', 0, randomBytes(1000))).toMatchObject({
    status: 404,
    reason: 'UPLOAD_NOT_FOUND',
  })
})
