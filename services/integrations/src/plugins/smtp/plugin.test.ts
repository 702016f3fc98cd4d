import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

import type { Receipt } from '../../plugin.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { smtp } from './plugin.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../../testing/fixtures/${name}`, import.meta.url), 'utf8')
const key = fixture('mail.test.key.pem')
const cert = fixture('mail.test.cert.pem')

const trusted = getCACertificates('default')
beforeAll(() => setDefaultCACertificates([...trusted, cert]))
afterAll(() => setDefaultCACertificates(trusted))

interface MailServer extends AsyncDisposable {
  readonly port: string
  readonly mails: { from: string; to: string[]; secure: boolean; content: string }[]
}

async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: MailServer['mails'] = []
  const server = new SMTPServer({
    key,
    cert,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'me' && password === 'top-secret'
        ? done(null, { user: 'me' })
        : done(new Error('Invalid login')),
    onData(stream, { envelope, secure }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push({
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          to: envelope.rcptTo.map(({ address }) => address),
          secure,
          content: Buffer.concat(chunks).toString(),
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    mails,
    port: String(address.port),
    [Symbol.asyncDispose]: () => new Promise((closed) => server.close(closed)),
  }
}

const settings = { host: 'mail.test', from: 'ci@a.example', to: 'ops@a.example, sec@a.example' }
const login = { user: 'me', password: 'top-secret' }

const send = (
  registration: Record<string, unknown>,
  attachment: Record<string, unknown> = {},
): Promise<Receipt> =>
  deliverTo(smtp, { registration: { ...settings, ...login, ...registration }, attachment })

test('recipients and those in cc get a mail, over TLS and after login', async () => {
  await using server = await startMailServer()

  const receipt = await send({ port: server.port }, { cc: 'boss@a.example' })

  const [mail] = server.mails
  expect(receipt).toMatchObject({ responseCode: 250 })
  expect(mail).toMatchObject({
    from: 'ci@a.example',
    to: ['ops@a.example', 'sec@a.example', 'boss@a.example'],
    secure: true,
  })
  expect(mail?.content).toContain('Subject: [chainloop] shop/build: success')
  expect(mail?.content).toContain('Cc: boss@a.example')
  expect(mail?.content).toContain('Message-ID: <key-1@chainloop>')
  expect(mail?.content).toContain('Content-Type: text/html')
  expect(mail?.content).toContain('Content-Type: text/plain')
})

test('TLS from the first byte works too', async () => {
  await using server = await startMailServer({ secure: true })

  await send({ port: server.port, security: 'tls' })

  expect(server.mails).toMatchObject([{ secure: true }])
})

test('a server without STARTTLS gets neither password nor mail, unless the operator says so', async () => {
  await using server = await startMailServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
  })

  await expect(send({ port: server.port })).rejects.toMatchObject({
    errorClass: 'permanent',
  })
  expect(server.mails).toEqual([])

  await send({ port: server.port, security: 'none' })
  expect(server.mails).toMatchObject([{ secure: false }])
})

test('a certificate for another name is refused', async () => {
  await using server = await startMailServer()

  await expect(send({ port: server.port, host: 'other.test' })).rejects.toThrow(/altnames/)
  expect(server.mails).toEqual([])
})

test('a wrong password ends the delivery', async () => {
  await using server = await startMailServer()

  await expect(send({ port: server.port, password: 'wrong' })).rejects.toMatchObject({
    errorClass: 'permanent',
    responseCode: 535,
  })
})

test('a server that is busy is asked again', async () => {
  const busy = Object.assign(new Error('try later'), { responseCode: 451 })
  await using server = await startMailServer({
    onMailFrom: (_address, _session, done) => done(busy),
  })

  await expect(send({ port: server.port })).rejects.toMatchObject({
    errorClass: 'retryable',
    responseCode: 451,
  })
})

test('a server that is not public is refused', async () => {
  await using server = await startMailServer()
  const registration = { ...settings, ...login, port: server.port }

  await expect(deliverTo(smtp, { registration, allow: [] })).rejects.toThrow('not allowed')
})

test('a line break in an address is refused before anything connects', async () => {
  await expect(send({ port: '25', to: 'a@a.example\r\nRCPT TO:<b@b.example>' })).rejects.toThrow(
    'must be addresses',
  )
})

test('the mail server in these tests is a real one', async () => {
  await using server = await startMailServer()
  const socket = connect(Number(server.port), '127.0.0.1')

  const greeting = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
  socket.destroy()

  expect(greeting.toString()).toMatch(/^220 .*ESMTP/)
})
