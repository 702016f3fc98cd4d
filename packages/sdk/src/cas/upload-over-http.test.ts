import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

import { sha256 } from '@chainloop/attestation/digest'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterEach, expect, test } from '@jest/globals'

import { listen } from '../testing/listen.test.fixture.ts'
import { type HttpUpload, uploadOverHttp } from './upload-over-http.ts'
import type { Blob } from './upload.ts'

const bytes = randomBytes(300_000)
const blob: Blob = {
  name: 'an app.bin',
  digest: sha256(bytes),
  size: bytes.length,
  async *open() {
    for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000)
  },
}

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

type Handle = (req: IncomingMessage, res: ServerResponse) => Promise<void> | void

/** A CAS that takes everything in one go, where `other` does not answer first, by method. */
async function cas(
  other: Partial<Record<string, Handle>> = {},
): Promise<HttpUpload & { taken: Buffer[] }> {
  const taken: Buffer[] = []
  const usual: Record<string, Handle> = {
    POST: (_req, res) => answer(res, 201, { location: '/uploads/secret', offset: 0 }),
    async PATCH(req, res) {
      taken.push(await buffer(req))
      answer(res, 204, { offset: bytes.length })
    },
  }
  server = createServer(
    (req, res) => void (other[req.method ?? ''] ?? usual[req.method ?? ''])?.(req, res),
  )
  const url = new URL(`http://${await listen(server)}/uploads`)
  return { url, ca: undefined, token: 'transfer-token', blob, taken }
}

function answer(
  res: ServerResponse,
  status: number,
  { offset, location }: { offset: number; location?: string },
): void {
  res.writeHead(status, {
    'upload-offset': offset,
    'upload-complete': offset === bytes.length ? '?1' : '?0',
    ...(location === undefined ? {} : { location }),
  })
  res.end()
}

const refusal = async (upload: Promise<unknown>): Promise<ConnectError> =>
  ConnectError.from(
    await upload.then(
      () => new Error('it was not refused'),
      (cause: unknown) => cause,
    ),
  )

test('a blob is announced with its token, and sent', async () => {
  const said: unknown[] = []
  const upload = await cas({
    POST(req, res) {
      said.push(req.url, req.headers.authorization, req.headers['upload-length'])
      answer(res, 201, { location: '/uploads/secret', offset: 0 })
    },
  })
  const progress: number[] = []

  expect(await uploadOverHttp(upload, { onProgress: (sent) => progress.push(sent) })).toBe(
    'uploaded',
  )

  const digest = encodeURIComponent(blob.digest)
  expect(said).toEqual([
    `/uploads?digest=${digest}&filename=an+app.bin`,
    'Bearer transfer-token',
    '300000',
  ])
  expect(bytes.equals(Buffer.concat(upload.taken))).toBe(true)
  expect(progress).toEqual([100_000, 200_000, 300_000, 300_000])
})

test('what the CAS has already is not sent', async () => {
  const upload = await cas({
    POST: (_req, res) => answer(res, 201, { location: '/uploads/secret', offset: bytes.length }),
  })

  expect(await uploadOverHttp(upload)).toBe('uploaded')
  expect(upload.taken).toEqual([])
})

test.each([404, 405, 501])('an older CAS that answers %d is told apart', async (status) => {
  const upload = await cas({ POST: (_req, res) => void res.writeHead(status).end() })

  expect(await uploadOverHttp(upload)).toBe('unsupported')
})

test('an address that nobody answers at is told apart', async () => {
  const upload = await cas({ POST: (_req, res) => void res.destroy() })

  expect(await uploadOverHttp(upload)).toBe('unsupported')
})

test('a broken upload goes on where the CAS is', async () => {
  let broken = false
  const upload = await cas({
    async PATCH(req, res) {
      if (!broken) {
        broken = true
        req.once('data', () => res.destroy())
        return
      }
      upload.taken.push(await buffer(req))
      answer(res, req.headers['upload-offset'] === '150000' ? 204 : 409, { offset: bytes.length })
    },
    HEAD: (_req, res) => answer(res, 200, { offset: 150_000 }),
  })

  expect(await uploadOverHttp(upload)).toBe('uploaded')
  expect(bytes.subarray(150_000).equals(Buffer.concat(upload.taken))).toBe(true)
})

test('an upload that the CAS has lost is unavailable: it starts again with another token', async () => {
  const upload = await cas({
    PATCH: (req, res) => void req.once('data', () => res.destroy()),
    HEAD: (_req, res) => void res.writeHead(404).end(),
  })

  expect((await refusal(uploadOverHttp(upload))).code).toBe(Code.Unavailable)
})

test.each([
  [400, Code.InvalidArgument],
  [401, Code.Unauthenticated],
  [413, Code.ResourceExhausted],
  [500, Code.Internal],
  [503, Code.Unavailable],
])('a refusal with status %d reads as over gRPC', async (status, code) => {
  const upload = await cas({
    POST: (_req, res) =>
      void res.writeHead(status).end(JSON.stringify({ message: 'because', reason: 'SOME_REASON' })),
  })

  expect(await refusal(uploadOverHttp(upload))).toMatchObject({ code, rawMessage: 'because' })
})

test.each([
  ['shorter', bytes.subarray(1)],
  ['longer', Buffer.concat([bytes, bytes])],
])('a file that got %s is not sent as what it was', async (_title, now) => {
  const upload = await cas()
  const changed = {
    ...blob,
    open: async function* () {
      yield now
    },
  }

  expect((await refusal(uploadOverHttp({ ...upload, blob: changed }))).code).toBe(
    Code.FailedPrecondition,
  )
  expect(upload.taken).toEqual([])
})

test('an abort ends it', async () => {
  const leave = new AbortController()
  const upload = await cas({
    PATCH: (req) => void req.once('data', () => leave.abort(new Error('enough'))),
  })

  expect((await refusal(uploadOverHttp(upload, { signal: leave.signal }))).rawMessage).toBe(
    'enough',
  )
})
