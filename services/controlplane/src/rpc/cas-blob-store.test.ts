import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

import { sha256 } from '@chainloop/attestation/digest'
import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { expect, test } from '@jest/globals'
import { decodeJwt } from 'jose'

import type { Blob } from '../attestations/blob-store.ts'
import { createTokens } from '../auth/tokens.ts'
import { readConfig } from '../config.ts'
import { testTokenKeys } from '../testing/world.ts'
import { casBlobStore } from './cas-blob-store.ts'

const BYTES = Buffer.from('the bytes of an artifact')

const blob: Blob = {
  projectId: '00000000-0000-4000-8000-00000000000a',
  digest: sha256(BYTES),
  size: BYTES.length,
  backend: {
    id: '00000000-0000-4000-8000-00000000000b',
    organizationId: '00000000-0000-4000-8000-00000000000c',
    name: 'filesystem',
    provider: 'FILESYSTEM',
    location: 'here',
    description: '',
    isDefault: true,
    isFallback: false,
    managed: false,
    maxBlobBytes: 0,
    secretId: undefined,
    credentialsVersion: 0,
    sweepEpoch: 0,
    status: 'ok',
    validationError: undefined,
    validatedAt: new Date(),
    createdAt: new Date(),
    updatedAt: new Date(),
    deletedAt: undefined,
  },
}

const tokens = createTokens(await testTokenKeys(), 'test')

async function serve(listener: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function storeAt(url: string | undefined) {
  return casBlobStore({ tokens, config: readConfig(url ? { CAS_INTERNAL_URL: url } : {}) })
}

async function readAll(url: string | undefined, wanted: Blob = blob): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(storeAt(url).read(wanted)))
}

test('a blob is read with a token that is good for it alone', async () => {
  const seen: string[] = []
  await using cas = await serve((req, res) => {
    seen.push(req.url ?? '', req.headers.authorization ?? '')
    res.end(BYTES)
  })

  expect(await readAll(cas.url)).toEqual(BYTES)

  const [path, authorization = ''] = seen
  expect(path).toBe(`/download/${blob.digest}`)
  expect(decodeJwt(authorization.slice('Bearer '.length))).toMatchObject({
    role: 'downloader',
    digest: blob.digest,
    size: blob.size,
    org_id: blob.backend.organizationId,
  })
})

test.each<[string, RequestListener, RegExp]>([
  ['are others', (_req, res) => res.end('THE bytes of an artifact'), /not those of the digest/],
  ['are too few', (_req, res) => res.end('the bytes'), /9 bytes, not 24/],
  ['are too many', (_req, res) => res.end(`${BYTES.toString()} and more`), /more than 24/],
  ['are not there', (_req, res) => res.writeHead(404).end(), /404/],
  [
    'are elsewhere',
    (_req, res) => res.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    /cannot be reached/,
  ],
  [
    'break off',
    (_req, res) => {
      res.writeHead(200, { 'content-length': BYTES.length })
      res.write('the', () => res.destroy())
    },
    /broke off/,
  ],
])('bytes that %s are not believed', async (_what, listener, problem) => {
  await using cas = await serve(listener)

  await expect(readAll(cas.url)).rejects.toMatchObject({
    name: 'BlobUnreadable',
    message: expect.stringMatching(problem),
  })
})

test('a reader that has seen enough lets go of the connection', async () => {
  const closed = Promise.withResolvers<boolean>()
  await using cas = await serve((_req, res) => {
    res.on('close', () => closed.resolve(res.writableFinished))
    res.writeHead(200, { 'content-length': 1 << 30 })
    const fill = (): void => {
      while (!res.destroyed && res.write(Buffer.alloc(1 << 16)));
    }
    res.on('drain', fill)
    fill()
  })

  for await (const _chunk of storeAt(cas.url).read({ ...blob, size: 1 << 30 })) break

  expect(await closed.promise).toBe(false)
})

test('without an address and without a server there is nothing to read', async () => {
  await expect(readAll(undefined)).rejects.toThrow(/CAS_INTERNAL_URL/)
  await expect(readAll('http://127.0.0.1:9')).rejects.toThrow(/cannot be reached/)
})

test('a bundle is written in pieces, under its digest', async () => {
  const received: { name: string; data: Buffer[]; finished: boolean } = {
    name: '',
    data: [],
    finished: false,
  }
  await using cas = await serve(
    connectNodeAdapter({
      routes: (router) =>
        router.service(ByteStream, {
          async write(requests) {
            for await (const { resourceName, data, finishWrite } of requests) {
              received.name ||= resourceName
              received.data.push(Buffer.from(data))
              received.finished = finishWrite
            }
            return { committedSize: 0n }
          },
        }),
    }),
  )
  const bytes = Buffer.alloc((1 << 20) + 5, 'x')
  const digest = sha256(bytes)
  const upload = { ...blob, digest, size: bytes.length, runId: blob.projectId }

  await storeAt(cas.url).write({ ...upload, fileName: 'attestation 1.json' }, bytes)

  expect(Buffer.concat(received.data).equals(bytes)).toBe(true)
  expect(received.data).toHaveLength(2)
  expect(received.finished).toBe(true)
  const hex = digest.slice('sha256:'.length)
  expect(received.name).toMatch(
    new RegExp(`^uploads/[0-9a-f-]{36}/blobs/${hex}/${bytes.length}/attestation%201.json$`),
  )
})
