import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { sha256 } from '../../digest.ts'
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

test('storage at a private address that nobody allowed is not connected to', async () => {
  await using server = await startS3Server()
  await using deps = await remoteDeps({ allow: [] })
  const provider = s3Provider(deps)
  for (const host of ['127.0.0.1', 'localhost']) {
    const backend = await provider.open({
      organizationId: 'org-1',
      location: `http://${host}:${server.port}/one`,
      key: host,
      credentials: () => Promise.resolve(server.credentials),
    })

    await expect(backend.stat(sha256(Buffer.from('x')))).toFailWith('forbidden', 'not allowed')
  }
})

test('who brings no credentials is let into listed locations only, below its own name', async () => {
  await using server = await startS3Server()
  const listed = `${server.url}/one`
  await using deps = await remoteDeps({ ownIdentityLocations: [`AWS-S3:${listed}`] })
  const place = { organizationId: 'org-7', key: 'k', credentials: () => Promise.resolve({}) }
  const provider = s3Provider(deps)

  await expect(provider.open({ ...place, location: `${server.url}/two` })).toFailWith(
    'forbidden',
    'may not be used without',
  )
  expect(await provider.open({ ...place, location: listed })).toBeDefined()
})
