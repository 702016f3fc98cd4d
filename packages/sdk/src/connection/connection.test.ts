import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'

import { StatusService } from '@chainloop/proto/controlplane/v1/status'
import { Code } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { expect, test } from '@jest/globals'

import { createClient } from '../client.ts'

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const noRetry = { budgetMs: 0 }

test('a call travels over gRPC and says who calls', async () => {
  const seen: Record<string, string | null> = {}
  const server = createHttp2Server(
    connectNodeAdapter({
      routes: ({ service }) => {
        service(StatusService, {
          infoz: (_, { requestHeader }) => {
            for (const name of ['authorization', 'chainloop-organization', 'content-type']) {
              seen[name] = requestHeader.get(name)
            }
            return { version: '1.2.3' }
          },
        })
      },
    }),
  )
  const controlPlane = await listening(server)
  {
    using client = createClient({
      controlPlane,
      insecure: true,
      token: 't0k',
      organization: 'acme',
    })
    await expect(client.status.infoz({})).resolves.toMatchObject({ version: '1.2.3' })
  }
  expect(seen).toEqual({
    authorization: 'Bearer t0k',
    'chainloop-organization': 'acme',
    'content-type': 'application/grpc+proto',
  })
  server.close()
})

test('an address where nobody listens is named', async () => {
  const server = createServer()
  const controlPlane = await listening(server)
  server.close()
  await once(server, 'close')

  using client = createClient({ controlPlane, insecure: true, retry: noRetry })
  await expect(client.status.infoz({})).rejects.toMatchObject({
    code: Code.Unavailable,
    rawMessage: `the control plane at ${controlPlane} does not answer: connection refused`,
  })
})

test('a port of the wrong protocol is recognised', async () => {
  const server = createHttpServer((_, response) => response.end('hello'))
  const controlPlane = await listening(server)

  using client = createClient({ controlPlane, insecure: true, retry: noRetry })
  await expect(client.status.infoz({})).rejects.toMatchObject({
    code: Code.Unavailable,
    rawMessage: expect.stringContaining(controlPlane),
  })
  server.closeAllConnections()
  server.close()
})

test('a server that goes away during a call is one that did not answer', async () => {
  const server = createHttp2Server()
  server.on('stream', (stream) => stream.session?.destroy())
  const controlPlane = await listening(server)

  using client = createClient({ controlPlane, insecure: true, retry: noRetry })
  await expect(client.status.infoz({})).rejects.toMatchObject({
    code: Code.Unavailable,
    rawMessage: expect.stringContaining(
      `the control plane at ${controlPlane} closed the connection`,
    ),
  })
  server.close()
})

test('a call that is cancelled here is not blamed on the server', async () => {
  const server = createHttp2Server(() => {})
  const controlPlane = await listening(server)

  using client = createClient({ controlPlane, insecure: true })
  const cancel = new AbortController()
  const call = client.status.infoz({}, { signal: cancel.signal })
  cancel.abort()
  await expect(call).rejects.toMatchObject({ code: Code.Canceled })
  server.close()
})

test('cleartext has to be asked for', () => {
  expect(() => createClient({ controlPlane: 'http://cp.acme.example:9000' })).toThrow(
    'the control plane address http://cp.acme.example:9000 is cleartext: ask for it with insecure',
  )
})

test.each(['', 'cp.acme.example/path', 'user:pw@cp:1', 'ftp://cp:1', 'cp:99999999'])(
  'the address %j is refused',
  (controlPlane) => {
    expect(() => createClient({ controlPlane, insecure: true })).toThrow('must be host:port')
  },
)

test('an upload without the address of a CAS is refused', () => {
  using client = createClient({ controlPlane: 'localhost:1', insecure: true })
  expect(() => client.byteStream('token')).toThrow('no address of an artifact CAS is configured')
})
