import { randomBytes, randomUUID } from 'node:crypto'

import { Code } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { hexOf, sha256 } from '../../digest.ts'
import { startS3Server } from '../../testing/storage/s3-server.ts'
import { bearer, messages, startWorld } from '../../testing/world.ts'

test('a client stores in S3 and downloads from it, and the store gets the keys for its token', async () => {
  await using server = await startS3Server()
  await using world = await startWorld({ CHAINLOOP_EGRESS_ALLOW: '127.0.0.1' })
  world.controlPlane.secret = server.credentials
  const backend = { provider: 'AWS-S3', location: `${server.url}/one`, backend_id: randomUUID() }
  const content = randomBytes(9 << 20)
  const digest = sha256(content)

  const upload = bearer(await world.controlPlane.token(backend))
  const { committedSize } = await world.bytes.write(messages(content), upload)
  expect(Number(committedSize)).toBe(content.byteLength)
  expect(world.controlPlane.receipts).toMatchObject([{ digest, deduplicated: false }])

  const token = await world.controlPlane.token({ ...backend, role: 'downloader', digest })
  const response = await fetch(`${world.cas.addresses.http}/download/${digest}?t=${token}`)
  expect(sha256(await response.bytes())).toBe(digest)
  const part = await fetch(`${world.cas.addresses.http}/download/${digest}?t=${token}`, {
    headers: { range: 'bytes=8388600-8388615' },
  })
  expect(Buffer.from(await part.bytes())).toEqual(content.subarray(8_388_600, 8_388_616))
})

test.each([
  ['nothing is allowed', '', undefined, Code.PermissionDenied],
  ['the control plane gives no keys', '127.0.0.1', 'none', Code.PermissionDenied],
])('when %s, the client hears it and nothing is stored', async (_what, allow, secret, code) => {
  await using server = await startS3Server()
  await using world = await startWorld({ CHAINLOOP_EGRESS_ALLOW: allow })
  world.controlPlane.secret = secret === undefined ? server.credentials : undefined
  const content = randomBytes(1000)
  const token = await world.controlPlane.token({
    provider: 'AWS-S3',
    location: `${server.url}/one`,
  })

  await expect(world.bytes.write(messages(content), bearer(token))).rejects.toMatchObject({ code })
  expect(world.controlPlane.receipts).toEqual([])
  expect(hexOf(sha256(content))).toHaveLength(64)
})
