import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import { type Server, createServer } from 'node:net'

import { expect, test } from '@jest/globals'

import { toDeliveryError } from '../../dispatch/failure.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { webhook } from './plugin.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../../testing/fixtures/${name}`, import.meta.url), 'utf8')

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const failureAt = (url: string): Promise<unknown> =>
  deliverTo(webhook, { registration: { url } }).catch(toDeliveryError)

test('a certificate that nobody vouches for gets nothing, and may be replaced by a good one', async () => {
  let requests = 0
  const tls = { key: fixture('mail.test.key.pem'), cert: fixture('mail.test.cert.pem') }
  await using server = createHttpsServer(tls, (_req, res) => {
    requests += 1
    res.end()
  })

  const failure = await failureAt(`https://mail.test:${await portOf(server)}/`)

  expect(failure).toMatchObject({
    errorClass: 'retryable',
    message: expect.stringMatching(/self-signed certificate/),
  })
  expect(requests).toBe(0)
})

test('a target that resets the connection is tried again', async () => {
  await using server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))

  expect(await failureAt(`http://127.0.0.1:${await portOf(server)}/`)).toMatchObject({
    errorClass: 'retryable',
    message: expect.stringMatching(/ECONNRESET/),
  })
})

test('a target that does not speak HTTP is tried again', async () => {
  await using server = createServer((socket) => socket.resume().end('220 mail.test ESMTP\r\n'))

  expect(await failureAt(`http://127.0.0.1:${await portOf(server)}/`)).toMatchObject({
    errorClass: 'retryable',
  })
})

test('nobody there is tried again', async () => {
  const server = createServer()
  const port = await portOf(server)
  await server[Symbol.asyncDispose]()

  expect(await failureAt(`http://127.0.0.1:${port}/`)).toMatchObject({
    errorClass: 'retryable',
    message: expect.stringMatching(/ECONNREFUSED/),
  })
})
