import { randomBytes, randomUUID } from 'node:crypto'

import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { sha256 } from '../../digest.ts'
import { remoteDeps } from '../../testing/storage/remote-deps.ts'
import { chunks, declared, describeBackend, read } from '../backend-contract.ts'
import { s3Provider } from './s3.ts'

/** An S3 server with everything a real one has: `http://<key>:<secret>@host:port`. */
const given = URL.parse(process.env['TEST_S3_URL'] ?? '')
const maybe = given ? test : test.skip
const PART = 5 << 20

async function openRealS3() {
  if (!given) throw new Error('TEST_S3_URL is not set')
  await using stack = new AsyncDisposableStack()
  const deps = stack.use(await remoteDeps({ partBytes: PART, allow: [given.host] }))
  const pair = { accessKeyID: given.username, secretAccessKey: given.password }
  const [one, two] = [`one-${randomUUID()}`, `two-${randomUUID()}`]
  const client = new S3Client({
    endpoint: given.origin,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: pair.accessKeyID, secretAccessKey: pair.secretAccessKey },
  })
  stack.defer(() => client.destroy())
  for (const Bucket of [one, two]) await client.send(new CreateBucketCommand({ Bucket }))
  const provider = stack.use(s3Provider(deps))
  const open = async (bucket: string, credentials: object = pair) =>
    provider.open({
      organizationId: 'org-1',
      location: `${given.origin}/${bucket}`,
      key: randomUUID(),
      credentials: () => Promise.resolve(credentials),
    })
  const disposables = stack.move()
  return {
    client,
    bucket: one,
    open,
    backend: await open(one),
    foreign: await open(two),
    async leftovers() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: one }))
      return Uploads.length
    },
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  }
}

if (given) describeBackend('a real S3 server', openRealS3)

maybe('blobs of several parts are stored once, under their first name', async () => {
  await using world = await openRealS3()
  const content = randomBytes(3 * PART + 17)
  const put = (name: string) => world.backend.put(declared(content, name), chunks(content))

  expect(await put('first')).toEqual({ size: content.byteLength, existed: false })
  expect(await put('second')).toEqual({ size: content.byteLength, existed: true })
  expect(await world.backend.stat(sha256(content))).toMatchObject({ name: 'first' })
  expect(sha256(await read(world.backend, sha256(content)))).toBe(sha256(content))
  expect(await world.leftovers()).toBe(0)
})

maybe('of two that store the same parts at the same time neither harms the other', async () => {
  await using world = await openRealS3()
  const content = randomBytes(2 * PART + 1)
  await Promise.all([1, 2].map(() => world.backend.put(declared(content), chunks(content))))

  expect(sha256(await read(world.backend, sha256(content)))).toBe(sha256(content))
  expect(await world.leftovers()).toBe(0)
})

maybe.each([
  ['another digest', { digest: sha256(Buffer.from('x')) }],
  ['another size', { size: 3 * PART }],
])('parts whose whole has %s are removed', async (_title, lie) => {
  await using world = await openRealS3()
  const content = randomBytes(2 * PART + 1)

  await expect(world.backend.put({ ...declared(content), ...lie }, chunks(content))).toFailWith(
    'invalid',
  )
  expect(await world.leftovers()).toBe(0)
})

maybe('objects are laid out as existing ones are', async () => {
  await using world = await openRealS3()
  const { client, bucket: Bucket } = world
  const ours = randomBytes(100)
  await world.backend.put(declared(ours, 'sbom.json'), chunks(ours))
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: sha256(ours) }))
  expect(head.Metadata).toEqual({ author: 'chainloop.dev', filename: 'sbom.json' })

  const theirs = randomBytes(100)
  const Metadata = { author: 'chainloop.dev', filename: 'old.bin' }
  await client.send(new PutObjectCommand({ Bucket, Key: sha256(theirs), Body: theirs, Metadata }))
  expect(await world.backend.stat(sha256(theirs))).toMatchObject({ size: 100, name: 'old.bin' })
  expect(sha256(await read(world.backend, sha256(theirs)))).toBe(sha256(theirs))
})

maybe('an object that somebody else put there is neither used nor overwritten', async () => {
  await using world = await openRealS3()
  const { client, bucket: Bucket } = world
  const content = randomBytes(100)
  await client.send(new PutObjectCommand({ Bucket, Key: sha256(content), Body: 'else' }))

  await expect(world.backend.stat(sha256(content))).toFailWith('conflict', 'not stored')
  await expect(world.backend.put(declared(content), chunks(content))).toFailWith('conflict')
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: sha256(content) }))
  expect(await Body?.transformToString()).toBe('else')
})

maybe.each([100, 2 * PART + 1])('a damaged blob of %d bytes is replaced', async (size) => {
  await using world = await openRealS3()
  const { client, bucket: Bucket } = world
  const content = randomBytes(size)
  const Metadata = { author: 'chainloop.dev', filename: 'first' }
  const Key = sha256(content)
  await client.send(new PutObjectCommand({ Bucket, Key, Body: 'rotten', Metadata }))

  expect(await world.backend.put(declared(content), chunks(content))).toEqual({
    size,
    existed: false,
  })
  expect(sha256(await read(world.backend, Key))).toBe(Key)
})

maybe('wrong keys and missing buckets are said in words', async () => {
  await using world = await openRealS3()
  const digest = sha256(Buffer.from('x'))
  const pair = { accessKeyID: given?.username, secretAccessKey: 'wrong' }
  const [wrong, missing] = [await world.open(world.bucket, pair), await world.open('not-there')]

  await expect(wrong.get(digest)).toFailWith('conflict', 'refuses the credentials')
  await expect(missing.get(digest)).toFailWith('conflict', 'the location is not there')
  const content = randomBytes(10)
  await expect(missing.put(declared(content), chunks(content))).toFailWith('conflict')
})
