import { once } from 'node:events'
import { type IncomingMessage, type RequestOptions, createServer, request } from 'node:http'
import { request as requestTls } from 'node:https'
import type { AddressInfo } from 'node:net'

import { expect, test } from '@jest/globals'

import { createGuardedAgents } from './guarded-agent.ts'

async function receiver(): Promise<AsyncDisposable & { port: number; connections: () => number }> {
  const server = createServer((_req, res) => res.end('secret'))
  let connections = 0
  server.on('connection', () => (connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

type Send = typeof request | typeof requestTls

async function answerOf(send: Send, options: RequestOptions): Promise<string> {
  const req = send(options)
  req.end()
  const [response] = (await once(req, 'response')) as [IncomingMessage]
  const parts: Buffer[] = []
  for await (const part of response) parts.push(Buffer.from(part as Uint8Array))
  return Buffer.concat(parts).toString()
}

test('a library that is given the agent reaches no address that is not public, by name or by number', async () => {
  await using target = await receiver()
  using agents = createGuardedAgents({ allow: [], resolve: async () => [{ address: '127.0.0.1' }] })

  for (const host of ['127.0.0.1', '::1', 'storage.example', 'localhost']) {
    const { port } = target
    await expect(answerOf(request, { agent: agents.http, host, port })).rejects.toThrow(
      /not allowed: its address is not public/,
    )
    await expect(answerOf(requestTls, { agent: agents.https, host, port })).rejects.toThrow(
      'not allowed',
    )
  }
  expect(target.connections()).toBe(0)
})

test('a socket path is no way around it', async () => {
  using agents = createGuardedAgents({ allow: ['localhost'] })

  await expect(
    answerOf(request, { agent: agents.http, socketPath: '/var/run/docker.sock' }),
  ).rejects.toThrow('local sockets')
})

test('what is allowed is connected to at the address that was checked, and the connection is used again', async () => {
  await using target = await receiver()
  let asked = 0
  const resolve = async () => {
    asked += 1
    return [{ address: '127.0.0.1' }]
  }
  using agents = createGuardedAgents({ allow: [`storage.example:${target.port}`], resolve })
  const options = { agent: agents.http, host: 'storage.example', port: target.port }

  expect(await answerOf(request, options)).toBe('secret')
  await new Promise((resolved) => setImmediate(resolved))
  expect(await answerOf(request, options)).toBe('secret')
  expect([asked, target.connections()]).toEqual([1, 1])
})

test('a name that nobody knows fails the request, not the process', async () => {
  const unknown = Object.assign(new Error('no such host'), { code: 'ENOTFOUND' })
  using agents = createGuardedAgents({ allow: [], resolve: async () => Promise.reject(unknown) })

  await expect(
    answerOf(request, { agent: agents.http, host: 'nobody.example', port: 80 }),
  ).rejects.toMatchObject({ code: 'ENOTFOUND' })
})
