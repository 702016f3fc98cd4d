import { generateKeyPairSync, randomUUID } from 'node:crypto'

import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from '@jest/globals'

import { openEgress } from '../host/egress.ts'
import { openGcs } from './gcs-store.ts'
import { type ObjectStore, tryToWrite } from './object-store.ts'
import { openS3 } from './s3-store.ts'

/* Servers that others wrote, in `npm run interop`: `http://<key>:<secret>@host:port` and `http://host:port`. */
const s3 = URL.parse(process.env['TEST_S3_URL'] ?? '')
const gcs = URL.parse(process.env['TEST_GCS_URL'] ?? '')
const ifS3 = s3 ? test : test.skip
const ifGcs = gcs ? test : test.skip

const parts = 9
const content = async function* () {
  for (let part = 0; part < parts; part += 1) yield Buffer.alloc(1 << 20, String(part))
}
const whole = Buffer.concat(
  Array.from({ length: parts }, (_, part) => Buffer.alloc(1 << 20, String(part))),
)

async function writeTo(store: ObjectStore): Promise<void> {
  await tryToWrite(store, 'folder/')
  await store.put({
    key: 'folder/a file.bin',
    contentType: 'application/octet-stream',
    metadata: { 'chainloop-digest': 'sha256:1' },
    content: content(),
  })
}

const ways = (url: URL) => openEgress({ allow: [url.host] })
const { signal } = new AbortController()

ifS3('S3 takes what is streamed, and keeps what is said about it', async () => {
  const { origin, username, password } = s3 ?? new URL('http://s3.test')
  await using egress = ways(new URL(origin))
  const bucket = `archive-${randomUUID()}`
  const credentials = { accessKeyId: username, secretAccessKey: password }
  using client = Object.assign(
    new S3Client({ endpoint: origin, region: 'us-east-1', forcePathStyle: true, credentials }),
    { [Symbol.dispose]: () => client.destroy() },
  )
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  const { agents } = egress
  const pair = { accessKeyID: username, secretAccessKey: password }
  using store = openS3({ ...pair, bucket, endpoint: origin, agents, signal })
  using stranger = openS3({
    ...pair,
    secretAccessKey: 'x',
    bucket,
    endpoint: origin,
    agents,
    signal,
  })

  await writeTo(store)

  const found = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: 'folder/a file.bin' }),
  )
  expect(found.Metadata).toEqual({ 'chainloop-digest': 'sha256:1' })
  expect(whole.equals((await found.Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true)
  await expect(tryToWrite(stranger)).rejects.toMatchObject({ errorClass: 'permanent' })
})

ifGcs('Cloud Storage takes what is streamed, and keeps what is said about it', async () => {
  const { origin } = gcs ?? new URL('http://gcs.test')
  await using egress = ways(new URL(origin))
  const bucket = `archive-${randomUUID()}`
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ name: bucket })
  await fetch(`${origin}/storage/v1/b?project=tests`, { method: 'POST', headers, body })
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const credentials = JSON.stringify({ client_email: 'a@b.example', private_key: pem })
  const { agents } = egress
  using store = openGcs({ bucket, endpoint: origin, credentials, agents, signal })

  await writeTo(store)

  const at = `${origin}/storage/v1/b/${bucket}/o/${encodeURIComponent('folder/a file.bin')}`
  expect(await (await fetch(at)).json()).toMatchObject({
    size: String(whole.length),
    metadata: { 'chainloop-digest': 'sha256:1' },
  })
  const stored = Buffer.from(await (await fetch(`${at}?alt=media`)).arrayBuffer())
  expect(stored.equals(whole)).toBe(true)
})
