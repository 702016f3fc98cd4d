import type { RequestListener } from 'node:http'

import { afterEach, expect, test } from '@jest/globals'

import { digestOf } from '../digest.ts'
import { openRegistry, openRepository, type Repository } from '../registry.ts'
import { listen } from '../testing/listen.test.fixture.ts'
import { uploadBlob } from './upload-blob.ts'

let servers = new AsyncDisposableStack()

afterEach(async () => {
  await servers.disposeAsync()
  servers = new AsyncDisposableStack()
})

const credentials = (): { username: string; password: string } => ({
  username: 'al',
  password: 's3cret',
})
const blob = Buffer.from('the bytes that were asked for')
const digest = digestOf(blob)

async function host(answer: RequestListener): Promise<string> {
  return servers.use(await listen(answer)).host
}

async function repository(answer: RequestListener): Promise<Repository> {
  const retry = { attempts: 3, baseMs: 1 }
  return openRepository(openRegistry(await host(answer), { credentials, retry }), 'acme/web')
}

test('an upload stops when the registry takes no more bytes, and is cancelled', async () => {
  const cancelled: string[] = []
  const repo = await repository((request, response) => {
    if (request.method === 'POST') response.writeHead(202, { location: '/v2/up/1' }).end()
    else if (request.method === 'DELETE') {
      cancelled.push(request.url ?? '')
      response.writeHead(204).end()
    }
  })
  let pulled = 0
  const content = async function* (): AsyncGenerator<Uint8Array> {
    for (; ; pulled += 1) yield Buffer.alloc(1 << 20)
  }

  await expect(
    uploadBlob(repo, { digest, size: 1 << 30, content: content(), stallTimeoutMs: 100 }),
  ).rejects.toMatchObject({ kind: 'unavailable' })
  expect(cancelled).toEqual(['/v2/up/1'])
  expect(pulled).toBeLessThan(32)
})

test('an upload whose content fails is cancelled, and fails with that', async () => {
  const methods: (string | undefined)[] = []
  const repo = await repository((request, response) => {
    methods.push(request.method)
    request.resume()
    if (request.method === 'PUT') return
    response.writeHead(request.method === 'POST' ? 202 : 204, { location: '/v2/up/1' }).end()
  })
  const content = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(100)
    throw new RangeError('the disk is gone')
  }

  await expect(uploadBlob(repo, { digest, size: 1000, content: content() })).rejects.toThrow(
    'the disk is gone',
  )
  expect(methods.at(-1)).toBe('DELETE')
})

test('a chunk that got lost is sent again, and only what is missing of it', async () => {
  const got: string[] = []
  let stored = ''
  const repo = await repository((request, response) => {
    const range = `0-${stored.length - 1}`
    if (request.method === 'GET')
      return void response.writeHead(204, { range, location: '/v2/up/1' }).end()
    if (request.method === 'POST')
      return void response.writeHead(202, { location: '/v2/up/1' }).end()
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      got.push(`${request.method} ${request.headers['content-range'] ?? ''}`)
      if (request.method === 'PUT') return void response.writeHead(201).end()
      const lost = got.length === 2
      stored += lost ? body.slice(0, 3) : body
      response
        .writeHead(lost ? 503 : 202, { range: `0-${stored.length - 1}`, location: '/v2/up/1' })
        .end()
    })
  })

  await uploadBlob(repo, { digest, content: blob, chunkSize: 10 })

  expect(stored).toBe(blob.toString())
  expect(got).toEqual(['PATCH 0-9', 'PATCH 10-19', 'PATCH 13-19', 'PATCH 20-28', 'PUT '])
})

test('an upload goes where the registry says, without the login, and nowhere if it says nothing', async () => {
  const nowhere = await repository((_, response) => {
    response.writeHead(202).end()
  })
  await expect(uploadBlob(nowhere, { digest, size: 1, content: blob })).rejects.toMatchObject({
    kind: 'malformed',
  })

  const seen: (string | undefined)[] = []
  const other = await host((request, response) => {
    seen.push(request.headers.authorization)
    request.resume().on('end', () => response.writeHead(201).end())
  })
  const elsewhere = await repository((request, response) => {
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    } else response.writeHead(202, { location: `http://${other}/up?signed=a%2Fb` }).end()
  })
  await uploadBlob(elsewhere, { digest, size: blob.length, content: blob })
  expect(seen).toEqual([undefined])
})
