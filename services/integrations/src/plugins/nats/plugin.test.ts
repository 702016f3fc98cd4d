import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'

import { expect, test } from '@jest/globals'
import { connect } from '@nats-io/transport-node'

import { exampleAttestation } from '../../testing/attestation.ts'
import { assertCloudEvent } from '../../testing/cloud-event.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { nats } from './plugin.ts'
import { natsProgram, startNats } from './testing/nats-server.ts'

const maybe = natsProgram ? test : test.skip
const attachment = { subject: 'evidence.shop' }

/** A client that is not ours makes a stream of what is sent to `evidence.>`. */
async function makeStream(address: string) {
  const client = await connect({ servers: address })
  await client.request(
    '$JS.API.STREAM.CREATE.EVIDENCE',
    JSON.stringify({
      name: 'EVIDENCE',
      subjects: ['evidence.>'],
      storage: 'memory',
      num_replicas: 1,
    }),
  )
  return {
    async message(seq: number) {
      const answer = await client.request(
        '$JS.API.STREAM.MSG.GET.EVIDENCE',
        JSON.stringify({ seq }),
      )
      const { message } = answer.json<{ message?: { data: string; hdrs: string } }>()
      return (
        message && {
          data: Buffer.from(message.data, 'base64').toString(),
          headers: Buffer.from(message.hdrs, 'base64').toString(),
        }
      )
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

maybe('a stream has the attestation once, whatever was answered', async () => {
  await using server = await startNats()
  await using stream = await makeStream(server.address)
  const delivery = { registration: { servers: server.address, tls: false }, attachment }

  const first = await deliverTo(nats, delivery)
  const again = await deliverTo(nats, delivery)

  expect(first.detail).toBe('stream EVIDENCE, message 1')
  expect(again.detail).toBe('stream EVIDENCE, message 1, stored by an earlier attempt')
  const message = await stream.message(1)
  expect(message?.headers).toContain('application/cloudevents+json')
  expect(assertCloudEvent(JSON.parse(message?.data ?? ''))).toMatchObject({
    id: 'key-1',
    subject: exampleAttestation.digest,
  })
  expect(await stream.message(2)).toBeUndefined()
})

maybe('without a stream there is nobody to keep it, unless that is what is wanted', async () => {
  await using server = await startNats()
  const registration = { servers: server.address, tls: false }
  await using client = {
    connection: await connect({ servers: server.address }),
    [Symbol.asyncDispose]() {
      return this.connection.close()
    },
  }
  const heard = client.connection.subscribe('evidence.>', { max: 1 })
  await client.connection.flush()

  await deliverTo(nats, { registration, attachment: { ...attachment, jetStream: false } })
  for await (const message of heard) expect(assertCloudEvent(message.json()).id).toBe('key-1')

  await expect(deliverTo(nats, { registration, attachment })).rejects.toMatchObject({
    errorClass: 'retryable',
  })
})

maybe('a login that is refused is found when it is registered, and ends a delivery', async () => {
  await using server = await startNats(['authorization { user: me, password: "top-secret" }'])
  const registration = { servers: server.address, tls: false, user: 'me', password: 'top-secret' }
  const wrong = { ...registration, password: 'wrong' }

  expect(await validateAt(nats, { registration })).toEqual({
    version: expect.stringMatching(/^2\./),
  })

  await expect(validateAt(nats, { registration: wrong })).rejects.toThrow('Authorization Violation')
  await expect(deliverTo(nats, { registration: wrong, attachment })).rejects.toMatchObject({
    errorClass: 'permanent',
  })
})

maybe('TLS is spoken with the server that the certificate is for, and wanted', async () => {
  const file = (name: string) =>
    fileURLToPath(new URL(`../../testing/fixtures/${name}`, import.meta.url))
  const [cert, key] = [file('mail.test.cert.pem'), file('mail.test.key.pem')]
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, readFileSync(cert, 'utf8')])
  await using server = await startNats([`tls { cert_file: "${cert}", key_file: "${key}" }`])
  await using clear = await startNats()
  const at = (host: string, address: string) => `${host}:${address.split(':')[1]}`

  try {
    await validateAt(nats, { registration: { servers: at('mail.test', server.address) } })
    await expect(
      validateAt(nats, { registration: { servers: at('other.test', server.address) } }),
    ).rejects.toThrow(/altnames/)
    await expect(validateAt(nats, { registration: { servers: clear.address } })).rejects.toThrow(
      'tls',
    )
  } finally {
    setDefaultCACertificates(trusted)
  }
})

maybe('an event that the server would not take is not sent', async () => {
  await using server = await startNats(['max_payload: 1000'])
  const registration = { servers: server.address, tls: false }

  await expect(deliverTo(nats, { registration, attachment })).rejects.toMatchObject({
    errorClass: 'permanent',
    message: expect.stringContaining('larger than the 1000 bytes'),
  })
})

test('neither a server that is not public nor one that a server names is connected to', async () => {
  await using hidden = createServer(() => {
    throw new Error('somebody connected')
  }).listen(0, '127.0.0.1')
  await once(hidden, 'listening')
  const portOf = (server: typeof hidden): number => {
    const address = server.address()
    return typeof address === 'object' ? (address?.port ?? 0) : 0
  }
  const info = {
    version: '2.9.0',
    max_payload: 1 << 20,
    headers: true,
    connect_urls: [`127.0.0.1:${portOf(hidden)}`],
  }
  await using liar = createServer((socket) => {
    socket.on('error', () => undefined).write(`INFO ${JSON.stringify(info)}\r\n`)
    socket.once('data', () => socket.end())
  }).listen(0, '127.0.0.1')
  await once(liar, 'listening')
  const server = `127.0.0.1:${portOf(liar)}`
  const refused = { name: 'EgressRefused' }

  const to = (servers: string, allow: string[]) =>
    deliverTo(nats, { registration: { servers, tls: false }, attachment, allow })
  await expect(to(server, [])).rejects.toMatchObject(refused)
  await expect(to(server, [server])).rejects.toMatchObject({ errorClass: 'retryable' })
  await expect(to(`127.0.0.1:${portOf(hidden)}`, [server])).rejects.toMatchObject(refused)
})
