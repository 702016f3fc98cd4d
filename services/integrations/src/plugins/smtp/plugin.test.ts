import { connect } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import type { Receipt } from '@chainloop/plugin-sdk/delivery'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { deliverTo } from '../../testing/deliver-to.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { smtp } from './plugin.ts'
import { cert, startMailServer } from './testing/mail-server.ts'

const trusted = getCACertificates('default')
beforeAll(() => setDefaultCACertificates([...trusted, cert]))
afterAll(() => setDefaultCACertificates(trusted))

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

test('operators can write subject and text themselves', async () => {
  await using server = await startMailServer()

  await deliverTo(smtp, {
    registration: { ...settings, ...login, port: server.port },
    texts: { subject: 'Look\r\nBcc: evil@a.example', body: 'a < b' },
  })

  const [mail] = server.mails
  expect(mail?.to).toEqual(['ops@a.example', 'sec@a.example'])
  expect(mail?.content).toContain('Subject: Look Bcc: evil@a.example')
  expect(mail?.content).toContain('<pre>a &lt; b</pre>')
})

test('a mail says that it works when it is registered', async () => {
  await using server = await startMailServer()
  const registration = { ...settings, ...login, port: server.port }

  await validateAt(smtp, { registration })
  expect(server.mails[0]?.content).toContain('Subject: [chainloop] New SMTP integration added!')

  await expect(
    validateAt(smtp, { registration: { ...registration, password: 'wrong' } }),
  ).rejects.toThrow('Invalid login')
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
