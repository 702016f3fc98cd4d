import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { type Digest, hexOf, sha256 } from '../digest.ts'
import { eventually } from '../testing/eventually.ts'
import { ORGANIZATION } from '../testing/fake-control-plane.ts'
import { openFiles } from '../testing/open-files.ts'
import { bearer, messages, startWorld, uploadName, type World } from '../testing/world.ts'

const content = randomBytes(3_000_000)
const digest = sha256(content)
let world: World

beforeAll(async () => {
  world = await startWorld()
  await store(content, 'böm "x".json')
})
afterAll(async () => world[Symbol.asyncDispose]())

async function store(bytes: Uint8Array, name: string): Promise<void> {
  await world.bytes.write(
    messages(bytes, uploadName(bytes, name)),
    bearer(await world.controlPlane.token()),
  )
}

async function url(of: string = digest, claims: object = {}, query = ''): Promise<string> {
  const token = await world.controlPlane.token({
    role: 'downloader',
    digest: of as Digest,
    ...claims,
  })
  return `${world.cas.addresses.http}/download/${of}?t=${token}${query}`
}

async function get(headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(await url(), { headers, method })
  return { response, bytes: Buffer.from(await response.arrayBuffer()) }
}

test('a blob is served whole, with headers that keep browsers from running it', async () => {
  const { response, bytes } = await get()

  expect(response.status).toBe(200)
  expect(sha256(bytes)).toBe(digest)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-length': '3000000',
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="b_m _x_.json"; filename*=UTF-8''b%C3%B6m%20%22x%22.json`,
    etag: `"${digest}"`,
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  })
})

test('the token may come in the Authorization header', async () => {
  const token = await world.controlPlane.token({ role: 'downloader', digest })
  const response = await fetch(`${world.cas.addresses.http}/download/${digest}`, bearer(token))

  expect(response.status).toBe(200)
  await response.arrayBuffer()
})

test('HEAD tells size and name without bytes', async () => {
  const { response, bytes } = await get({}, 'HEAD')

  expect([response.status, response.headers.get('content-length'), bytes.length]).toEqual([
    200,
    '3000000',
    0,
  ])
})

test.each([
  ['bytes=0-0', 0, 1],
  ['bytes=10-19', 10, 20],
  ['bytes=2999999-', 2_999_999, 3_000_000],
  ['bytes=1000000-9999999', 1_000_000, 3_000_000],
  ['bytes=-5', 2_999_995, 3_000_000],
  ['bytes=-99999999', 0, 3_000_000],
])('the range %s gives bytes %d to %d', async (range, start, end) => {
  const { response, bytes } = await get({ range })

  expect(response.status).toBe(206)
  expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/3000000`)
  expect(sha256(bytes)).toBe(sha256(content.subarray(start, end)))
})

test.each(['bytes=3000000-', 'bytes=9999999-10000000', 'bytes=-0'])(
  'the range %s cannot be satisfied',
  async (range) => {
    const { response } = await get({ range })

    expect([response.status, response.headers.get('content-range')]).toEqual([
      416,
      'bytes */3000000',
    ])
  },
)

test.each(['bytes=5-1', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=a-b', 'bytes=-', 'bytes= 1-2'])(
  'what is no single range (%s) gets everything',
  async (range) => {
    const { response, bytes } = await get({ range })

    expect([response.status, bytes.length]).toEqual([200, 3_000_000])
  },
)

test('who has the blob already is not sent it again', async () => {
  for (const header of [`"${digest}"`, `W/"x", "${digest}"`, '*', `W/"${digest}"`]) {
    const { response, bytes } = await get({ 'if-none-match': header })
    expect([response.status, bytes.length]).toEqual([304, 0])
  }
  expect((await get({ 'if-none-match': '"other"' })).response.status).toBe(200)
})

test('a part is sent only of the blob that the client has the rest of', async () => {
  expect((await get({ range: 'bytes=1-2', 'if-range': `"${digest}"` })).response.status).toBe(206)
  expect((await get({ range: 'bytes=1-2', 'if-range': '"other"' })).response.status).toBe(200)
})

test.each([
  ['a"b\r\nset-cookie: x=1', 'a"bset-cookie: x=1'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\temp\\evil.exe', 'evil.exe'],
  ['☃ €.txt', '☃ €.txt'],
  ["quo'te(1)*.txt", "quo'te(1)*.txt"],
  ['\u202egnp.exe', 'gnp.exe'],
  ['..', 'böm "x".json'],
])('asked for as %j it is named harmlessly', async (name, expected) => {
  const response = await fetch(await url(digest, {}, `&filename=${encodeURIComponent(name)}`))
  await response.arrayBuffer()
  const header = response.headers.get('content-disposition') ?? ''

  expect(response.headers.get('set-cookie')).toBeNull()
  const [, encoded = ''] = /filename\*=UTF-8''(.*)$/.exec(header) ?? []
  expect(decodeURIComponent(encoded)).toBe(expected)
})

test.each([
  ['expired', { expiresInSeconds: -60 }, 401, 'TOKEN_EXPIRED'],
  ['for an upload', { role: 'uploader' }, 401, 'WRONG_ROLE'],
  ['for another digest', { digest: sha256(Buffer.from('x')) }, 404, 'BLOB_NOT_FOUND'],
  ['of another organization', { org_id: 'org-2' }, 404, 'BLOB_NOT_FOUND'],
])('a token %s is refused', async (_title, claims, status, reason) => {
  const response = await fetch(await url(digest, claims))

  expect([response.status, await response.json()]).toMatchObject([status, { reason }])
  expect(response.headers.get('etag')).toBeNull()
})

test.each([
  hexOf(digest),
  'sha256:x',
  `sha256:${'A'.repeat(64)}`,
  'sha256:..%2f..%2fetc',
  'md5:00',
  '%00',
])('the path %j is refused', async (path) => {
  const token = await world.controlPlane.token({ role: 'downloader' })
  const response = await fetch(`${world.cas.addresses.http}/download/${path}?t=${token}`)

  expect(response.status).toBe(400)
  await response.arrayBuffer()
})

test('a blob that rots on the disk breaks the download before its end', async () => {
  const rotten = randomBytes(2_500_000)
  const hex = hexOf(sha256(rotten))
  await store(rotten, 'rotten')
  rotten[0] = (rotten[0] ?? 0) ^ 1
  await writeFile(join(world.folder, ORGANIZATION, hex.slice(0, 2), hex.slice(2, 4), hex), rotten)

  const response = await fetch(
    await url(sha256(Buffer.from('')), { digest: `sha256:${hex}` }).then((text) =>
      text.replace(/sha256:[0-9a-f]{64}/, `sha256:${hex}`),
    ),
  )
  const received = await response.arrayBuffer().catch((cause: unknown) => cause)

  expect(received).not.toBeInstanceOf(ArrayBuffer)
})

test('a client that takes nothing for the idle limit is cut', async () => {
  const big = randomBytes(30_000_000)
  await store(big, 'big')
  // Another server of the same files, so that no upload has to be this fast.
  await using hasty = await startWorld({
    CHAINLOOP_DATA_DIR: dirname(world.folder),
    CAS_IDLE_TIMEOUT: '300ms',
  })
  const token = await hasty.controlPlane.token({ role: 'downloader', digest: sha256(big) })
  const target = new URL(`${hasty.cas.addresses.http}/download/${sha256(big)}?t=${token}`)
  const socket = connect(Number(target.port), '127.0.0.1')
  socket.pause()
  socket.write(`GET ${target.pathname}${target.search} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  socket.on('error', () => {})
  await new Promise((resolve) => setTimeout(resolve, 1500))
  let received = 0
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  socket.resume()
  await closed

  expect(received).toBeLessThan(big.length)
  await eventually(async () => expect(await openFiles(hexOf(sha256(big)))).toEqual([]))
})

test('many clients that leave in the middle leave the service well', async () => {
  const target = await url()
  for (let turn = 0; turn < 20; turn++) {
    const req = request(target).end()
    const [res] = (await once(req, 'response')) as [NodeJS.ReadableStream & { destroy(): void }]
    await once(res, 'data')
    res.destroy()
  }

  expect(sha256((await get()).bytes)).toBe(digest)
  await eventually(async () => expect(await openFiles(hexOf(digest))).toEqual([]))
})
