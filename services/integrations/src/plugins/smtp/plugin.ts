import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'

import type { Delivery, Receipt } from '@chainloop/plugin-sdk/delivery'
import { type Validation, definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { createTransport } from 'nodemailer'
import { z } from 'zod'

import { summarize } from '../../summary/summary.ts'
import { escapeHtml, renderText } from '../../summary/text.ts'
import { toSmtpError } from './smtp-error.ts'

const addresses = z
  .string()
  .regex(
    /^[^\s@,;<>]+@[^\s@,;<>]+(\s*,\s*[^\s@,;<>]+@[^\s@,;<>]+)*$/,
    'must be addresses, separated by commas',
  )

const port = z
  .string()
  .regex(/^[1-9]\d{0,4}$/)
  .meta({ description: 'usually 587, or 465 for TLS from the first byte' })

const security = z
  .enum(['starttls', 'tls', 'none'])
  .optional()
  .meta({ description: 'tls when the port is 465, else starttls; none sends in the clear' })

const registration = z.object({
  to: addresses.meta({ description: 'recipients' }),
  from: addresses.meta({ description: 'sender' }),
  host: z.hostname().meta({ description: 'mail server' }),
  port,
  user: z.string().optional().meta({ description: 'without it nobody logs in' }),
  password: secret(z.string().optional(), 'of the user'),
  security,
})

const attachment = z.object({
  cc: addresses.optional().meta({ description: 'further recipients' }),
})

type Registration = z.output<typeof registration>

interface Mail {
  readonly id: string
  readonly subject: string
  readonly text: string
  readonly cc?: string
}

export const smtp = definePlugin({
  id: 'smtp',
  version: '2.1.0',
  description: 'Send a mail about every attestation',
  registration,
  attachment,
  texts: { subject: 'the subject', body: 'the text instead of the summary' },

  async validate(validation) {
    await send(validation, {
      id: randomUUID(),
      subject: '[chainloop] New SMTP integration added!',
      text: 'Chainloop sends mails about attestations to these addresses from now on.',
    })
  },

  async deliver(delivery) {
    return send(delivery, mailOf(delivery))
  },

  async preview(delivery) {
    const { from, to, host, port: at } = delivery.registration
    const { id, subject, text, cc } = mailOf(delivery)
    const headers = { from, to, ...(cc && { cc }), subject, 'message-id': messageId(id) }
    return [{ target: `smtp://${host}:${at}`, headers, body: text }]
  },
})

function mailOf({
  attestation,
  attachment: { cc },
  idempotencyKey,
  texts,
}: Delivery<Registration, z.output<typeof attachment>>): Mail {
  const summary = summarize(attestation)
  const subject = texts['subject'] ?? `[chainloop] ${summary.headline}`
  return {
    id: idempotencyKey,
    subject: subject.replaceAll(/\s+/g, ' '),
    text: texts['body'] ?? renderText(summary),
    ...(cc && { cc }),
  }
}

function messageId(id: string): string {
  return `<${id}@chainloop>`
}

async function send(
  {
    registration: settings,
    connect,
    signal,
  }: Pick<Validation<Registration>, 'registration' | 'connect' | 'signal'>,
  { id, subject, text, cc }: Mail,
): Promise<Receipt> {
  const { host, user, password, to, from } = settings
  const target = { host, port: Number(settings.port) }
  const socket = await connect({ ...target, signal })
  const stop = (): unknown => socket.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const transport = createTransport({
      ...target,
      ...securityOf(settings.security, target.port),
      getSocket: (_options, done) => done(null, { connection: socket satisfies Socket }),
      ...(user && { auth: { user, pass: password ?? '' } }),
      disableFileAccess: true,
      disableUrlAccess: true,
      greetingTimeout: 10_000,
      socketTimeout: 30_000,
    })
    const sent = await transport.sendMail({
      from,
      to,
      ...(cc && { cc }),
      subject,
      messageId: messageId(id),
      html: `<pre>${escapeHtml(text)}</pre>`,
      text,
    })
    return { responseCode: Number.parseInt(sent.response, 10) || 250, detail: sent.response }
  } catch (cause) {
    throw signal.aborted ? signal.reason : toSmtpError(cause)
  } finally {
    signal.removeEventListener('abort', stop)
    socket.destroy()
  }
}

function securityOf(
  chosen: z.output<typeof security>,
  targetPort: number,
): { secure: boolean; requireTLS: boolean; ignoreTLS: boolean } {
  const mode = chosen ?? (targetPort === 465 ? 'tls' : 'starttls')
  return { secure: mode === 'tls', requireTLS: mode === 'starttls', ignoreTLS: mode === 'none' }
}
