import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'

import { sha256 } from '@chainloop/attestation/digest'
import { CASRedirectService } from '@chainloop/proto/controlplane/v1/cas_redirect'
import { createClient, createRouterTransport } from '@connectrpc/connect'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import type { Client } from '../client.ts'
import { listen } from '../testing/listen.test.fixture.ts'
import { downloadArtifact, downloadToStream } from './download.ts'

const content = Buffer.alloc(300_000, 'some bytes of an artifact. ')
const digest = sha256(content)

let folder: string
let server: Server | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-download-'))
})

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(folder, { recursive: true })
})

interface Store {
  readonly client: Pick<Client, 'casRedirect' | 'ca'>
  readonly ranges: (string | undefined)[]
}

/** A store that serves these bytes with ranges; `answer` may take over, by the number of the request. */
async function store(
  bytes: Buffer,
  answer: (request: number, response: ServerResponse, from: number) => boolean = () => false,
  disposition = 'attachment; filename="app.tgz"',
): Promise<Store> {
  const ranges: (string | undefined)[] = []
  server = createServer((request, response) => {
    const { range } = request.headers
    ranges.push(range)
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    response.setHeader('content-disposition', disposition)
    if (answer(ranges.length, response, from)) return
    if (range !== undefined) {
      response.statusCode = 206
      response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`)
    }
    response.setHeader('content-length', bytes.length - from)
    response.end(bytes.subarray(from))
  })
  const url = `http://${await listen(server)}/download/${digest}?t=secret`
  const transport = createRouterTransport(({ service }) => {
    service(CASRedirectService, { getDownloadURL: () => ({ result: { url } }) })
  })
  return {
    client: { ca: undefined, casRedirect: createClient(CASRedirectService, transport) },
    ranges,
  }
}

/** Sends a part with the length of the whole, and breaks the connection. */
function breakAfter(part: number): Parameters<typeof store>[1] {
  return (request, response, from) => {
    if (request > 2) return false
    const end = Math.min(from + part, content.length)
    response.statusCode = from === 0 ? 200 : 206
    response.setHeader('content-range', `bytes ${from}-${content.length - 1}/${content.length}`)
    response.setHeader('content-length', content.length - from)
    response.write(content.subarray(from, end), () => response.destroy())
    return true
  }
}

test('an artifact gets the name that it was stored with', async () => {
  const { client } = await store(content)

  const downloaded = await downloadArtifact(client, digest, { directory: folder })

  expect(downloaded).toEqual({
    path: join(folder, 'app.tgz'),
    name: 'app.tgz',
    digest,
    size: content.length,
  })
  expect(content.equals(await readFile(downloaded.path))).toBe(true)
  expect(await readdir(folder)).toEqual(['app.tgz'])
})

test('a broken connection is continued where it stopped', async () => {
  const { client, ranges } = await store(content, breakAfter(100_000))

  const { path } = await downloadArtifact(client, digest, { directory: folder })

  expect(content.equals(await readFile(path))).toBe(true)
  const [first, second = '', third = ''] = ranges.map((range) => range?.replace(/\D/g, ''))
  expect(first).toBeUndefined()
  expect(Number(second)).toBeGreaterThan(0)
  expect(Number(third)).toBeGreaterThan(Number(second))
})

test('other bytes than the digest says never become a file', async () => {
  const { client } = await store(Buffer.alloc(content.length, 'other'))

  await expect(downloadArtifact(client, digest, { directory: folder })).rejects.toMatchObject({
    name: 'DownloadFailed',
    message: expect.stringContaining(`instead of ${digest}`),
  })
  expect(await readdir(folder)).toEqual([])
})

test('a store that starts again instead of continuing is refused', async () => {
  const { client } = await store(content, (request, response, from) => {
    if (request === 1) return breakAfter(1000)?.(request, response, from) ?? false
    response.setHeader('content-length', content.length)
    response.end(content)
    return true
  })

  await expect(downloadArtifact(client, digest, { directory: folder })).rejects.toMatchObject({
    name: 'DownloadFailed',
    message: 'the store does not continue downloads',
  })
  expect(await readdir(folder)).toEqual([])
})

test('what the store says is passed on, and nothing is kept', async () => {
  const { client } = await store(content, (_, response) => {
    response.writeHead(404).end('no such artifact')
    return true
  })

  await expect(downloadArtifact(client, digest, { directory: folder })).rejects.toThrow(
    'the store answered with status 404: no such artifact',
  )
  expect(await readdir(folder)).toEqual([])
})

test('a file that is there is not overwritten, unless it was named', async () => {
  const { client } = await store(content)
  await writeFile(join(folder, 'app.tgz'), 'mine')

  await expect(downloadArtifact(client, digest, { directory: folder })).rejects.toThrow(
    'exists already',
  )
  expect(await readFile(join(folder, 'app.tgz'), 'utf8')).toBe('mine')

  await downloadArtifact(client, digest, { file: join(folder, 'app.tgz') })
  expect(content.equals(await readFile(join(folder, 'app.tgz')))).toBe(true)
})

test.each([
  ['attachment; filename="../../etc/passwd"', 'passwd'],
  ['attachment; filename="..\\\\..\\\\boot.ini"', 'boot.ini'],
  ["attachment; filename*=UTF-8''..%2F..%2Fevil", 'evil'],
  ['attachment; filename=".."', digest.slice(7)],
  ['attachment; filename="a\\"b"', 'a"b'],
  ['attachment; filename="x"; filename*=UTF-8\'\'h%C3%A4.txt', 'hä.txt'],
  ['inline', digest.slice(7)],
])('the name in %j cannot leave the folder', async (disposition, name) => {
  const { client } = await store(content, () => false, disposition)

  const { path } = await downloadArtifact(client, digest, { directory: folder })

  expect(path).toBe(join(folder, name))
})

test('a stream gets the bytes', async () => {
  const { client } = await store(content)
  const stream = new PassThrough()
  const received = buffer(stream)

  await downloadToStream(client, digest, stream)
  stream.end()

  expect(content.equals(await received)).toBe(true)
})

test.each(['', 'sha256:', 'sha1:00', 'sha256:XYZ', '../etc'])(
  '%j is not a digest',
  async (typed) => {
    const { client, ranges } = await store(content)

    await expect(downloadArtifact(client, typed, { directory: folder })).rejects.toThrow(
      'is not a digest',
    )
    expect(ranges).toEqual([])
  },
)
