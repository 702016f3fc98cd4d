import { once } from 'node:events'
import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

import { expect, test } from '@jest/globals'

import { type GuardedFetchOptions, createGuardedFetch } from './guarded-fetch.ts'

async function receiver(
  handle: RequestListener,
): Promise<AsyncDisposable & { port: number; url: string }> {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

const guarded = (options: Partial<GuardedFetchOptions>) =>
  createGuardedFetch({ allow: [], ...options })

test('an address that is not public is refused before anything connects', async () => {
  await using target = await receiver((_req, res) => res.end('secret'))
  await using fetch = guarded({})

  await expect(fetch(target.url)).rejects.toThrow(/127\.0\.0\.1:\d+ are not allowed.*loopback/)
})

test.each(['http://2130706433/', 'http://0x7f.1/', 'http://[::ffff:127.0.0.1]/', 'http://0/'])(
  'an unusual spelling of loopback is refused too: %s',
  async (url) => {
    await using fetch = guarded({})

    await expect(fetch(url)).rejects.toThrow('not allowed')
  },
)

test.each(['file:///etc/passwd', 'ftp://a.example/', 'nonsense'])('%s is refused', async (url) => {
  await using fetch = guarded({})

  await expect(fetch(url)).rejects.toThrow('only http and https')
})

test('a name is refused when one of its addresses is not public', async () => {
  await using fetch = guarded({
    resolve: async () => [{ address: '8.8.8.8' }, { address: '10.0.0.1' }],
  })

  await expect(fetch('http://half.example/')).rejects.toThrow('private')
})

test('the refusal does not tell what an internal name resolves to', async () => {
  await using fetch = guarded({ resolve: async () => [{ address: '10.11.12.13' }] })

  await expect(fetch('http://vault.internal/')).rejects.toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('10.11.12.13') }),
  )
})

test('what an operator allows is reached, and only on its port', async () => {
  await using target = await receiver((_req, res) => res.end('hello'))
  await using other = await receiver((_req, res) => res.end('secret'))
  await using fetch = guarded({ allow: [`127.0.0.1:${target.port}`] })

  const response = await fetch(target.url)

  expect(await response.text()).toBe('hello')
  await expect(fetch(other.url)).rejects.toThrow('not allowed')
})

test('the name is resolved once, and the socket goes to the address that was checked', async () => {
  await using target = await receiver((req, res) => res.end(req.headers.host))
  const answers = ['127.0.0.1', '10.0.0.1']
  const asked: string[] = []
  await using fetch = guarded({
    allow: ['127.0.0.1'],
    resolve: async (host) => {
      asked.push(host)
      return [{ address: answers[asked.length - 1] ?? '10.0.0.1' }]
    },
  })

  const response = await fetch(`http://changing.example:${target.port}/`)

  expect(await response.text()).toBe(`changing.example:${target.port}`)
  expect(asked).toEqual(['changing.example'])
})

test('a name that turns private is refused at the next connection', async () => {
  await using target = await receiver((_req, res) => {
    res.setHeader('connection', 'close').end()
  })
  const answers = ['127.0.0.1', '10.0.0.1']
  await using fetch = guarded({
    allow: ['127.0.0.1'],
    resolve: async () => [{ address: answers.shift() ?? '10.0.0.1' }],
  })
  const url = `http://changing.example:${target.port}/`

  await fetch(url)

  await expect(fetch(url)).rejects.toThrow('private')
})

test('a redirect to a private address is refused', async () => {
  await using inside = await receiver((_req, res) => res.end('secret'))
  await using target = await receiver((_req, res) => {
    res.writeHead(301, { location: inside.url }).end()
  })
  await using fetch = guarded({ allow: [`127.0.0.1:${target.port}`] })

  await expect(fetch(target.url)).rejects.toThrow('not allowed')
})

test('a redirect of a POST is handed back when following it would lose the body', async () => {
  await using target = await receiver((_req, res) => {
    res.writeHead(302, { location: '/elsewhere' }).end()
  })
  await using fetch = guarded({ allow: ['127.0.0.1'] })

  const response = await fetch(target.url, { method: 'POST', body: 'x' })

  expect(response.status).toBe(302)
})

test('a 307 repeats the body, without the credentials when the origin is another one', async () => {
  const seen: string[] = []
  await using second = await receiver((req, res) => {
    req.on('data', (chunk: Buffer) => seen.push(chunk.toString()))
    req.on('end', () => {
      seen.push(String(req.headers.authorization), String(req.headers['content-type']))
      res.end('ok')
    })
  })
  await using first = await receiver((req, res) => {
    req.resume()
    res.writeHead(307, { location: second.url }).end()
  })
  await using fetch = guarded({ allow: ['127.0.0.1'] })

  await fetch(first.url, {
    method: 'POST',
    body: 'payload',
    headers: { authorization: 'Bearer secret', 'content-type': 'text/plain' },
  })

  expect(seen).toEqual(['payload', 'undefined', 'text/plain'])
})

test('credentials in the address become a header', async () => {
  await using target = await receiver((req, res) => res.end(req.headers.authorization))
  await using fetch = guarded({ allow: ['127.0.0.1'] })

  const response = await fetch(`http://me:p%40ss@127.0.0.1:${target.port}/`)

  expect(await response.text()).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
})

test('a redirect loop ends', async () => {
  let calls = 0
  await using target = await receiver((_req, res) => {
    calls += 1
    res.writeHead(302, { location: '/again' }).end()
  })
  await using fetch = guarded({ allow: ['127.0.0.1'], maxRedirects: 2 })

  await expect(fetch(target.url)).rejects.toThrow('more than 2 redirects')
  expect(calls).toBe(3)
})

test('a body without end is cut off', async () => {
  await using target = await receiver((_req, res) => {
    const more = (): void => {
      while (!res.destroyed && res.write(Buffer.alloc(64 << 10))) {}
    }
    res.on('drain', more)
    more()
  })
  await using fetch = guarded({ allow: ['127.0.0.1'], maxResponseBytes: 1 << 20 })

  const response = await fetch(target.url)

  await expect(response.arrayBuffer()).rejects.toThrow('larger than 1048576 bytes')
})

test('a small body that decompresses to a big one is cut off', async () => {
  await using target = await receiver((_req, res) => {
    res.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(8 << 20)))
  })
  await using fetch = guarded({ allow: ['127.0.0.1'], maxResponseBytes: 1 << 20 })

  const response = await fetch(target.url)

  await expect(response.arrayBuffer()).rejects.toThrow('larger than')
})

test('headers without end are refused', async () => {
  await using target = await receiver((_req, res) => {
    res.setHeader('x-long', 'a'.repeat(20 << 10)).end()
  })
  await using fetch = guarded({ allow: ['127.0.0.1'] })

  await expect(fetch(target.url)).rejects.toMatchObject({
    cause: { code: 'UND_ERR_HEADERS_OVERFLOW' },
  })
})

test('a target that never answers is given up', async () => {
  await using target = await receiver(() => undefined)
  await using fetch = guarded({ allow: ['127.0.0.1'], timeoutMs: 50 })

  await expect(fetch(target.url)).rejects.toMatchObject({ name: 'TimeoutError' })
})

test('a body that trickles is given up', async () => {
  await using target = await receiver((_req, res) => {
    res.write('begin')
  })
  await using fetch = guarded({ allow: ['127.0.0.1'], timeoutMs: 100 })

  const response = await fetch(target.url)

  await expect(response.text()).rejects.toMatchObject({ name: 'TimeoutError' })
})

test('the caller can leave', async () => {
  await using target = await receiver(() => undefined)
  await using fetch = guarded({ allow: ['127.0.0.1'] })

  await expect(fetch(target.url, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  })
})
