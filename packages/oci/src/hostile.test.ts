import type { RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'

import { afterEach, expect, test } from '@jest/globals'

import { getBlob } from './blobs.ts'
import { digestOf } from './digest.ts'
import { getManifest } from './manifests.ts'
import { listReferrers } from './referrers.ts'
import { openRegistry, openRepository, pingRegistry, type Repository } from './registry.ts'
import { listTags } from './tags.ts'
import { listen } from './testing/listen.test.fixture.ts'

let servers = new AsyncDisposableStack()

afterEach(async () => {
  await servers.disposeAsync()
  servers = new AsyncDisposableStack()
})

type Answer = (...request: [...Parameters<RequestListener>, host: string]) => void

const credentials = (): { username: string; password: string } => ({
  username: 'al',
  password: 's3cret',
})
const retry = { attempts: 3, baseMs: 1 }
const blob = Buffer.from('the bytes that were asked for')
const digest = digestOf(blob)

async function host(answer: Answer): Promise<string> {
  return servers.use(await listen(answer)).host
}

async function repository(answer: Answer, options: object = {}): Promise<Repository> {
  const registry = openRegistry(await host(answer), { credentials, retry, ...options })
  return openRepository(registry, 'acme/web')
}

async function download(repo: Repository): Promise<string> {
  return (await buffer((await getBlob(repo, digest)).body)).toString()
}

/** Asks for a login first. */
function locked(answer: Answer): Answer {
  return (request, response, own) => {
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    } else answer(request, response, own)
  }
}

test('a login is not taken along to another host, and what is there is compared', async () => {
  const seen: (string | undefined)[] = []
  const other = await host((request, response) => {
    seen.push(request.headers.authorization)
    response.end(blob)
  })
  const repo = await repository(
    locked((_, response) => {
      response.writeHead(307, { location: `http://${other}/elsewhere` }).end()
    }),
  )

  expect(await download(repo)).toBe(blob.toString())
  expect(seen).toEqual([undefined])
})

test('a login is not sent to a token server in cleartext on another machine', async () => {
  const repo = await repository((_, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://tokens.example/t"' }).end()
  })

  await expect(download(repo)).rejects.toMatchObject({ kind: 'refused' })
})

test('a proxy that knows the repository by another name gets a token for that, too', async () => {
  const asked: (string | null)[] = []
  const repo = await repository((request, response, own) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    if (pathname === '/token') {
      asked.push(...searchParams.getAll('scope'))
      response.end('{"token":"t"}')
    } else if (request.headers.authorization === 'Bearer t') response.end(blob)
    else {
      const challenge = `Bearer realm="http://${own}/token",scope="repository:mirror/acme/web:pull"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
    }
  })

  expect(await download(repo)).toBe(blob.toString())
  expect(await download(repo)).toBe(blob.toString())
  expect(asked).toEqual(['repository:acme/web:pull', 'repository:mirror/acme/web:pull'])
})

test.each([
  'Bearer',
  'Bearer realm=',
  'Bearer realm="ftp://x/"',
  'Bearer realm="http://al:pw@localhost/"',
  'Bearer realm="not an address"',
])('the challenge %j is refused', async (challenge) => {
  const repo = await repository((_, response) => {
    response.writeHead(401, { 'www-authenticate': challenge }).end()
  })

  await expect(download(repo)).rejects.toMatchObject({ name: 'OciError' })
})

test.each([
  ['that is empty', ''],
  ['of a quote', '"'],
  ['of commas', ', , ,'],
  ['that nobody knows', 'Negotiate'],
  ['of 8,000 parameters', `Bearer ${'x='.repeat(8000)}`],
  ['of 500 schemes', 'Basic, '.repeat(500)],
])('a challenge %s ends in a refusal', async (_, challenge) => {
  const repo = await repository((__, response) => {
    response.writeHead(401, { 'www-authenticate': challenge }).end()
  })

  await expect(download(repo)).rejects.toMatchObject({ name: 'OciError' })
})

test.each([
  ['other bytes', 'x'.repeat(blob.length)],
  ['fewer bytes', blob.subarray(1)],
  ['more bytes', Buffer.concat([blob, blob])],
  ['nothing', ''],
])('%s than the digest names break the stream', async (_, body) => {
  const repo = await repository((__, response) => {
    response.end(body)
  })

  await expect(download(repo)).rejects.toMatchObject({ kind: 'mismatch' })
})

test('who counts bytes does not get the last of a wrong body either', async () => {
  const wrong = Buffer.alloc(200_000)
  const repo = await repository((_, response) => {
    response.writeHead(200, { 'content-length': wrong.length }).end(wrong)
  })
  const { body } = await getBlob(repo, digest)

  let got = 0
  await expect(
    (async () => {
      for await (const chunk of body) got += (chunk as Buffer).length
    })(),
  ).rejects.toMatchObject({ kind: 'mismatch' })
  expect(got).toBeLessThan(wrong.length)
})

test('a body that is shorter than its length says breaks the stream', async () => {
  const repo = await repository((_, response) => {
    response.writeHead(200, { 'content-length': blob.length })
    response.write(blob.subarray(0, 5))
    setImmediate(() => response.destroy())
  })

  await expect(download(repo)).rejects.toMatchObject({ kind: 'unavailable' })
})

test('a blob of another size than its descriptor says is refused before a byte is read', async () => {
  const repo = await repository((_, response) => {
    response.end(blob)
  })

  await expect(getBlob(repo, digest, { size: 1 })).rejects.toMatchObject({ kind: 'mismatch' })
})

test('a range that was not asked for is refused', async () => {
  const repo = await repository((_, response) => {
    response.writeHead(206, { 'content-range': 'bytes 5-9/20' }).end('56789')
  })

  await expect(getBlob(repo, digest, { range: { start: 0, end: 4 } })).rejects.toMatchObject({
    kind: 'mismatch',
  })
})

/** Sends until nobody listens. */
const endless =
  (status: number): Answer =>
  (_, response) => {
    const more = (): void => {
      while (response.writable && response.write(Buffer.alloc(64 << 10, 32)));
      if (response.writable) response.once('drain', more)
    }
    response.writeHead(status)
    more()
  }

test('a manifest, a list and an error without end are broken off', async () => {
  const repo = await repository(endless(200))
  await expect(getManifest(repo, 'v1')).rejects.toMatchObject({ kind: 'too_large' })
  await expect(Array.fromAsync(listTags(repo))).rejects.toMatchObject({ kind: 'too_large' })
  await expect(listReferrers(repo, digest)).rejects.toMatchObject({ kind: 'too_large' })

  const failing = await repository(endless(400))
  await expect(getManifest(failing, 'v1')).rejects.toMatchObject({ kind: 'invalid', status: 400 })
})

test('a manifest with another digest than the one asked for, or said, is refused', async () => {
  const repo = await repository((_, response) => {
    response.writeHead(200, { 'docker-content-digest': digest }).end('{}')
  })

  await expect(getManifest(repo, 'v1')).rejects.toMatchObject({ kind: 'mismatch' })
  await expect(getManifest(repo, digest)).rejects.toMatchObject({ kind: 'mismatch' })
})

test('a list that leads back to itself, or to another host, is refused', async () => {
  const loop = await repository((request, response) => {
    response.setHeader('link', `<${request.url}>; rel="next"`).end('{"tags":["a"]}')
  })
  await expect(Array.fromAsync(listTags(loop))).rejects.toMatchObject({ kind: 'malformed' })

  let page = 0
  const growing = await repository((_, response) => {
    page += 1
    response.setHeader('link', `</v2/acme/web/tags/list?last=${page}>; rel=next`).end('{"tags":[]}')
  })
  await expect(Array.fromAsync(listTags(growing))).rejects.toMatchObject({ kind: 'malformed' })

  const away = await repository((_, response) => {
    response.setHeader('link', '<http://elsewhere.example/>; rel="next"').end('{"tags":["a"]}')
  })
  await expect(Array.fromAsync(listTags(away))).rejects.toMatchObject({ kind: 'refused' })
})

test('redirects without end, and out of HTTP, are refused', async () => {
  const circle = await repository((request, response) => {
    response.writeHead(302, { location: request.url }).end()
  })
  await expect(download(circle)).rejects.toMatchObject({ kind: 'malformed' })

  const away = await repository((_, response) => {
    response.writeHead(302, { location: 'file:///etc/passwd' }).end()
  })
  await expect(download(away)).rejects.toMatchObject({ kind: 'malformed' })
})

test('trouble that passes is survived, trouble that stays is reported', async () => {
  let calls = 0
  const repo = await repository((_, response) => {
    calls += 1
    if (calls < 3) response.writeHead(calls === 1 ? 429 : 503, { 'retry-after': '0' }).end()
    else response.end(blob)
  })
  expect(await download(repo)).toBe(blob.toString())

  const down = await repository((_, response) => {
    response.writeHead(503).end('{"errors":[{"code":"DOWN","message":"back \\u001b[31mlater"}]}')
  })
  await expect(download(down)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('DOWN: back  [31mlater'),
  })
})

test('whoever is to come back in hours is told at once', async () => {
  let calls = 0
  const repo = await repository((_, response) => {
    calls += 1
    response.writeHead(429, { 'retry-after': '21600' }).end()
  })

  await expect(download(repo)).rejects.toMatchObject({ kind: 'unavailable', status: 429 })
  expect(calls).toBe(1)
})

test('a registry that is not there, or says nothing, is unavailable', async () => {
  const silent = await repository(() => undefined, {
    timeouts: { headersTimeoutMs: 50 },
    retry: { attempts: 1 },
  })
  await expect(download(silent)).rejects.toMatchObject({ kind: 'unavailable' })

  const nobody = openRegistry('127.0.0.1:1', { retry: { attempts: 1 } })
  await expect(pingRegistry(nobody)).rejects.toMatchObject({ kind: 'unavailable' })
})

test('whoever gives up is not kept waiting', async () => {
  const repo = await repository(() => undefined)
  const signal = AbortSignal.timeout(20)

  await expect(getBlob(repo, digest, { signal })).rejects.toMatchObject({ name: 'TimeoutError' })
})

test.each(['', '..', 'UPPER', 'a//b', 'a/../b', 'a b'])('%j names no repository', (name) => {
  expect(() => openRepository(openRegistry('localhost'), name)).toThrow('not the name')
})

test.each(['', 'a b', 'a/b', 'al@host', 'host:port', 'x\r\ny'])('%j is no registry', (name) => {
  expect(() => openRegistry(name)).toThrow('not the host')
})

test('cleartext is for this machine, or for whoever asks for it', () => {
  expect(openRegistry('localhost:5000').base.href).toBe('http://localhost:5000/v2/')
  expect(openRegistry('127.0.0.1').base.protocol).toBe('http:')
  expect(openRegistry('ghcr.io').base.protocol).toBe('https:')
  expect(openRegistry('localhost.example').base.protocol).toBe('https:')
  expect(openRegistry('ghcr.io', { insecure: true }).base.protocol).toBe('http:')
  expect(openRegistry('localhost', { insecure: false }).base.protocol).toBe('https:')
  expect(openRegistry('index.docker.io').base.host).toBe('registry-1.docker.io')
})
