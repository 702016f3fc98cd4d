import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { connect, type Socket } from 'node:net'

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { sha256 } from './digest.ts'
import { eventually } from './testing/eventually.ts'
import { refusal } from './testing/refusal.ts'
import { filesBelow } from './testing/temporary-directory.ts'
import { bearer, type Sent, startWorld, upload, uploadName, type World } from './testing/world.ts'

/* Clients that vanish, drip, or send anything at all: nothing stays, and others are served. */
let world: World

beforeAll(async () => {
  world = await startWorld({
    CAS_IDLE_TIMEOUT: '300ms',
    CAS_UPLOAD_EXPIRY: '300ms',
    CAS_MIN_RATE: '100000',
  })
})
afterAll(async () => world[Symbol.asyncDispose]())

const blob = randomBytes(1_000_000)
const tenths = [1, 2, 3, 4, 5, 6, 7, 8, 9]

const nothingIsLeft = (): Promise<void> =>
  eventually(async () => {
    expect((await filesBelow(world.folder)).filter((path) => path.startsWith('.incoming'))).toEqual(
      [],
    )
  })

async function beginUpload(content: Uint8Array): Promise<URL> {
  const authorization = `Bearer ${await world.controlPlane.token()}`
  const opened = await fetch(`${world.cas.addresses.http}/uploads?digest=${sha256(content)}`, {
    method: 'POST',
    headers: { authorization, 'upload-length': String(content.byteLength) },
  })
  return new URL(opened.headers.get('location') ?? '', world.cas.addresses.http)
}

test('clients that vanish at every tenth of an upload over gRPC leave nothing', async () => {
  const receipts = world.controlPlane.receipts.length
  const leave = async (tenth: number): Promise<void> => {
    const left = new AbortController()
    async function* part(): AsyncGenerator<Sent> {
      yield { resourceName: uploadName(blob), data: blob.subarray(0, tenth * 100_000) }
      left.abort()
      await new Promise(() => {})
    }
    const token = await world.controlPlane.token()
    await refusal(world.bytes.write(part(), { ...bearer(token), signal: left.signal }))
  }
  await Promise.all(tenths.map(leave))

  await nothingIsLeft()
  expect(world.controlPlane.receipts).toHaveLength(receipts)
})

test('clients that vanish at every tenth of an upload over HTTP leave nothing once it has expired', async () => {
  const receipts = world.controlPlane.receipts.length
  const leave = async (tenth: number): Promise<void> => {
    const req = request(await beginUpload(blob), {
      method: 'PATCH',
      headers: { 'upload-offset': 0, 'content-length': blob.byteLength },
    })
    req.on('error', () => {})
    await new Promise((resolve) => req.write(blob.subarray(0, tenth * 100_000), resolve))
    req.destroy()
  }
  await Promise.all(tenths.map(leave))

  await nothingIsLeft()
  expect(world.controlPlane.receipts).toHaveLength(receipts)
})

test('a thousand connections that drip are cut, and others are served meanwhile', async () => {
  const { hostname, port } = new URL(world.cas.addresses.http)
  const api = new URL(world.cas.addresses.api)
  const uploads = await Promise.all(
    Array.from({ length: 200 }, () => beginUpload(randomBytes(100_000))),
  )
  const bodies = uploads.map(({ pathname }) =>
    drip(Number(port), hostname, [
      `PATCH ${pathname} HTTP/1.1\r\nhost: x\r\nupload-offset: 0\r\ncontent-length: 100000\r\n\r\n`,
    ]),
  )
  const heads = Array.from({ length: 400 }, () => drip(Number(port), hostname, ['GET /down']))
  const prefaces = Array.from({ length: 400 }, () => drip(Number(api.port), hostname, ['PRI * ']))
  const cut = Promise.all(bodies.map((socket) => once(socket, 'close')))
  const dripping = setInterval(() => {
    for (const socket of [...bodies, ...heads, ...prefaces]) socket.write('x')
  }, 100)
  try {
    const start = performance.now()
    expect(await upload(world, blob)).toMatchObject({ committedSize: 1_000_000n })
    expect(performance.now() - start).toBeLessThan(5000)

    await cut
    await nothingIsLeft()
  } finally {
    clearInterval(dripping)
    for (const socket of [...heads, ...prefaces]) socket.destroy()
  }
})

function drip(port: number, host: string, [first = '']: readonly string[]): Socket {
  const socket = connect(port, host, () => socket.write(first))
  socket.on('error', () => {})
  socket.resume()
  return socket
}

test('no organization can take all the room for uploads', async () => {
  const crowd = randomUUID()
  const post = async (organization: string): Promise<number> => {
    const token = await world.controlPlane.token({ org_id: organization })
    const { status } = await fetch(
      `${world.cas.addresses.http}/uploads?digest=${sha256(randomBytes(8))}`,
      { method: 'POST', headers: { authorization: `Bearer ${token}`, 'upload-length': '8' } },
    )
    return status
  }
  const statuses: number[] = []
  while (!statuses.includes(503)) {
    statuses.push(...(await Promise.all(Array.from({ length: 130 }, () => post(crowd)))))
  }

  expect(await post(randomUUID())).toBe(201)
})

const nonsense = fc.oneof(
  fc.string({ maxLength: 50, unit: 'binary-ascii' }),
  fc.constantFrom('%', '%00', '..%2f..', '-1', '1e9', '٣', 'bytes=0-', `sha256:${'0'.repeat(64)}`),
)

test('whatever comes over HTTP is answered, and never with a failure of ours', async () => {
  const token = await world.controlPlane.token()
  const paths = fc.constantFrom('/uploads', '/uploads/', '/download/', '/download/sha256:', '/')
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'HEAD', 'POST', 'PATCH', 'DELETE'),
      fc.tuple(paths, nonsense, nonsense),
      fc.record({ offset: nonsense, range: nonsense, known: fc.boolean() }),
      async (method, [path, tail, query], { offset, range, known }) => {
        const url = new URL(world.cas.addresses.http)
        url.pathname = path + encodeURI(tail.toWellFormed())
        url.search = `digest=${encodeURIComponent(query)}&t=${encodeURIComponent(query)}`
        const status = await answerTo(url, method, {
          'upload-offset': headerOf(offset),
          'upload-length': headerOf(offset),
          range: headerOf(range),
          ...(known ? { authorization: `Bearer ${token}` } : {}),
        })
        expect(status).toBeLessThan(500)
      },
    ),
    { numRuns: 150 },
  )
})

/** What a header may hold at all. */
function headerOf(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '')
}

async function answerTo(
  url: URL,
  method: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  const req = request(url, { method, headers, agent: false })
  req.end(method === 'PATCH' ? 'body' : undefined)
  const [response] = (await once(req, 'response')) as [{ statusCode?: number; resume(): void }]
  response.resume()
  return response.statusCode
}

/** What the server says of failures that it did not expect. */
const MASKED = 'internal error'

test('whatever bytes come over gRPC are answered, and never with a failure of ours', async () => {
  const [uploader, downloader] = [
    await world.controlPlane.token(),
    await world.controlPlane.token({ role: 'downloader' }),
  ]
  const session = connectHttp2(world.cas.addresses.api)
  const methods = [
    ['google.bytestream.ByteStream/Write', uploader],
    ['google.bytestream.ByteStream/QueryWriteStatus', uploader],
    ['google.bytestream.ByteStream/Read', downloader],
    ['cas.v1.ResourceService/Describe', downloader],
  ] as const
  const call = async (at: number, body: Uint8Array): Promise<string> => {
    const [path, token] = methods[at] ?? methods[0]
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${path}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: `Bearer ${token}`,
    })
    let message = ''
    const note = (headers: IncomingHttpHeaders): void => {
      message ||= String(headers['grpc-message'])
    }
    stream.on('response', note)
    stream.on('trailers', note)
    stream.on('error', () => {})
    stream.end(body)
    stream.resume()
    await once(stream, 'close')
    return message
  }
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 3 }),
      fc.boolean(),
      fc.uint8Array({ maxLength: 300 }),
      async (at, framed, bytes) => {
        const frame = Buffer.from([0, 0, 0, 0, 0])
        frame.writeUInt32BE(bytes.byteLength, 1)
        const message = await call(at, framed ? Buffer.concat([frame, bytes]) : bytes)
        expect(decodeURIComponent(message)).not.toContain(MASKED)
      },
    ),
    { numRuns: 150 },
  )
  session.destroy()
  expect(await upload(world, randomBytes(10))).toMatchObject({ committedSize: 10n })
})
