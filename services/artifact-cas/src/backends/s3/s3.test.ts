import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { remoteDeps } from '../../testing/storage/remote-deps.ts'
import { startS3Server } from '../../testing/storage/s3-server.ts'
import { describeBackend } from '../backend-contract.ts'
import { s3Provider } from './s3.ts'

async function openS3() {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startS3Server())
  const deps = stack.use(await remoteDeps({ partBytes: 128 * 1024 }))
  const provider = stack.use(s3Provider(deps))
  const open = stack.move()
  const place = (bucket: string) => ({
    organizationId: 'org-1',
    location: `${server.url}/${bucket}`,
    key: bucket,
    credentials: () => Promise.resolve(server.credentials),
  })
  return {
    server,
    backend: await provider.open(place('one')),
    foreign: await provider.open(place('two')),
    leftovers: () => server.openUploads(),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

describeBackend('S3', openS3)

test('x', () => expect(1).toBe(1))
