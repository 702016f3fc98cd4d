import { randomBytes, randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { sha256 } from '../../digest.ts'
import { makeBucket, serviceAccount } from '../../testing/storage/gcs-buckets.ts'
import { remoteDeps } from '../../testing/storage/remote-deps.ts'
import { chunks, declared, describeBackend, read } from '../backend-contract.ts'
import { gcsProvider } from './gcs.ts'

/** A server of the JSON API of Google Cloud Storage: `http://host:port`. */
const given = URL.parse(process.env['TEST_GCS_URL'] ?? '')
const maybe = given ? test : test.skip
const PART = 512 << 10

async function openGcs() {
  if (!given) throw new Error('TEST_GCS_URL is not set')
  const { origin } = given
  await using stack = new AsyncDisposableStack()
  const deps = stack.use(await remoteDeps({ partBytes: PART, allow: [given.host] }))
  const account = serviceAccount()
  const [one, two] = await Promise.all([makeBucket(origin), makeBucket(origin)])
  const provider = stack.use(gcsProvider(deps))
  const open = async (bucket: string, credentials: object = account) =>
    provider.open({
      organizationId: 'org-1',
      location: `${origin}/${bucket}`,
      key: randomUUID(),
      credentials: () => Promise.resolve(credentials),
    })
  const disposables = stack.move()
  return {
    bucket: one,
    open,
    backend: await open(one),
    foreign: await open(two),
    leftovers: () => Promise.resolve(0),
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  }
}

if (given) describeBackend('Google Cloud Storage', openGcs)

maybe.each([3 * PART, 3 * PART + 17])(
  '%d bytes in several parts are stored once, under their first name',
  async (size) => {
    await using world = await openGcs()
    const content = randomBytes(size)
    const put = (name: string) => world.backend.put(declared(content, name), chunks(content))

    expect(await put('first')).toEqual({ size, existed: false })
    expect(await put('second')).toEqual({ size, existed: true })
    expect(await world.backend.stat(sha256(content))).toMatchObject({ name: 'first' })
    expect(sha256(await read(world.backend, sha256(content)))).toBe(sha256(content))
  },
)

maybe.each([1000, 2 * PART])('a damaged object of %d bytes is replaced', async (size) => {
  await using world = await openGcs()
  const content = randomBytes(size)
  const name = sha256(content)
  const upload = `${given?.origin}/upload/storage/v1/b/${world.bucket}/o?uploadType=multipart`
  const part = (type: string, body: string) => `--x\r\ncontent-type: ${type}\r\n\r\n${body}\r\n`
  const metadata = { name, metadata: { author: 'chainloop.dev', filename: 'first' } }
  const body = `${part('application/json', JSON.stringify(metadata))}${part('text/plain', 'rotten')}--x--`
  const headers = { 'content-type': 'multipart/related; boundary=x' }
  expect((await fetch(upload, { method: 'POST', headers, body })).status).toBe(200)
  expect(await world.backend.stat(name)).toMatchObject({ size: 6, name: 'first' })

  expect(await world.backend.put(declared(content), chunks(content))).toEqual({
    size,
    existed: false,
  })
  expect(sha256(await read(world.backend, name))).toBe(name)
})

maybe('parts whose whole is another one never become an object', async () => {
  await using world = await openGcs()
  const content = randomBytes(3 * PART)
  const digest = sha256(Buffer.from('x'))

  await expect(world.backend.put({ ...declared(content), digest }, chunks(content))).toFailWith(
    'invalid',
  )
  expect(await world.backend.stat(digest)).toBeUndefined()
})

maybe('a missing bucket is said in words', async () => {
  await using world = await openGcs()
  const missing = await world.open('not-there')

  await expect(missing.stat(sha256(Buffer.from('x')))).toFailWith('conflict', 'not there')
})

maybe('who brings no credentials is refused', async () => {
  await using world = await openGcs()

  await expect(world.open(world.bucket, {})).toFailWith('forbidden', 'may not be used without')
})
