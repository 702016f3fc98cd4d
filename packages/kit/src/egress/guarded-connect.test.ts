import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

import { expect, test } from '@jest/globals'

import { createGuardedConnect } from './guarded-connect.ts'

const { signal } = new AbortController()

test('a connection goes to the address that was checked, and the name is asked for once', async () => {
  await using server = createServer((socket) => socket.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const answers = ['127.0.0.1', '10.0.0.1']
  const connect = createGuardedConnect({
    allow: ['127.0.0.1'],
    resolve: async () => [{ address: answers.shift() ?? '' }],
  })

  const socket = await connect({ host: 'mail.example', port, signal })

  expect(String((await once(socket, 'data'))[0])).toBe('hello')
  expect(answers).toEqual(['10.0.0.1'])
})

test('an address that is not public is refused', async () => {
  const connect = createGuardedConnect({ allow: [] })

  await expect(connect({ host: '127.0.0.1', port: 25, signal })).rejects.toThrow('not allowed')
})

test('nothing is left open when nobody listens or the caller leaves', async () => {
  await using server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connect = createGuardedConnect({ allow: ['127.0.0.1'] })
  const target = { host: '127.0.0.1', port, signal: AbortSignal.abort() }

  await expect(connect(target)).rejects.toMatchObject({ name: 'AbortError' })
  await server[Symbol.asyncDispose]()
  await expect(connect({ ...target, signal })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
