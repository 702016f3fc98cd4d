import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'

import { expect, test } from '@jest/globals'

import { webhook } from '../plugins/webhook/plugin.ts'
import { type TestDelivery, deliverTo } from '../testing/deliver-to.ts'
import { toDeliveryError } from './failure.ts'

interface Receiver extends AsyncDisposable {
  readonly url: string
}

async function receiver(answer: (response: ServerResponse) => void): Promise<Receiver> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

const deliverAt = (url: string, more: Partial<TestDelivery> = {}): Promise<unknown> =>
  deliverTo(webhook, { registration: { url }, ...more }).catch(toDeliveryError)

test.each([
  [500, {}, { errorClass: 'retryable', responseCode: 500 }],
  [503, { 'retry-after': '7' }, { errorClass: 'throttled', retryAfterMs: 7000 }],
  [429, {}, { errorClass: 'throttled', retryAfterMs: undefined }],
  [429, { 'retry-after': '120' }, { errorClass: 'throttled', retryAfterMs: 120_000 }],
  [401, {}, { errorClass: 'permanent', responseCode: 401 }],
  [404, {}, { errorClass: 'permanent', responseCode: 404 }],
  [409, {}, { errorClass: 'retryable', responseCode: 409 }],
])('%i with %j is what it is', async (status, headers, expected) => {
  await using target = await receiver((response) => response.writeHead(status, headers).end('no'))

  expect(await deliverAt(target.url)).toMatchObject(expected)
})

test('a redirect into a private network is not followed, and not tried again', async () => {
  let reached = 0
  await using inside = await receiver((response) => {
    reached += 1
    response.end()
  })
  const { port } = new URL(inside.url)
  await using target = await receiver((response) =>
    response.writeHead(307, { location: `http://127.0.0.2:${port}/` }).end(),
  )

  const failure = await deliverAt(target.url)

  expect(failure).toMatchObject({ errorClass: 'permanent' })
  expect(reached).toBe(0)
})

test('a body without end is cut off and costs no memory', async () => {
  await using target = await receiver((response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) {
        // Until the socket is full.
      }
    }
    response.on('drain', more)
    response.writeHead(200)
    more()
  })

  expect(await deliverAt(target.url)).toMatchObject({ errorClass: 'permanent' })
})
