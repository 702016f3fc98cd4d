import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

import { expect, test } from '@jest/globals'

import { lateSocket } from './late-socket.ts'

async function echo(): Promise<AsyncDisposable & { open: () => Promise<Socket> }> {
  const server = createServer((socket) => socket.pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    async open() {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

test('what is written before the connection is there goes out, and the answer comes in', async () => {
  await using server = await echo()
  const socket = lateSocket(server.open()).setKeepAlive(true).setNoDelay().unref().ref()
  const big = Buffer.alloc(1 << 20, 'x')
  socket.write('early ')
  await once(socket, 'connect')
  socket.end(big)

  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(Buffer.from(chunk as Uint8Array))

  expect(Buffer.concat(chunks).equals(Buffer.concat([Buffer.from('early '), big]))).toBe(true)
})

test('a connection that is refused ends it with the reason', async () => {
  const socket = lateSocket(Promise.reject(new Error('not allowed')))
  socket.write('x')

  await expect(once(socket, 'connect')).rejects.toThrow('not allowed')
})

test('one that nobody wants any more is closed when it comes', async () => {
  await using server = await echo()
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const late = lateSocket(promise)
  late.destroy()
  const socket = await server.open()
  resolve(socket)

  if (!socket.destroyed) await once(socket, 'close')
  expect(socket.destroyed).toBe(true)
})

test('it tells when nothing came for a while', async () => {
  await using server = await echo()
  const socket = lateSocket(server.open())

  const heard = await new Promise((hear) => socket.setTimeout(20, () => hear('timeout')))
  socket.destroy()

  expect(heard).toBe('timeout')
})
