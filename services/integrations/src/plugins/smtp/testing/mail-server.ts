import { readFileSync } from 'node:fs'

import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../testing/fixtures/${name}`, import.meta.url), 'utf8')
const key = fixture('mail.test.key.pem')
/** Of the server, which nobody else vouches for. */
export const cert = fixture('mail.test.cert.pem')

export interface MailServer extends AsyncDisposable {
  readonly port: string
  readonly mails: { from: string; to: string[]; secure: boolean; content: string }[]
}

/** A mail server for `mail.test` that knows one login. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
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
