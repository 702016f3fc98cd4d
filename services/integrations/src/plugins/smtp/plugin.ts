import type { Socket } from 'node:net'

import { createTransport } from 'nodemailer'
import { z } from 'zod'

import { definePlugin, secret } from '../../plugin.ts'
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

export const smtp = definePlugin({
  id: 'smtp',
  version: '2.0.0',
  description: 'Send a mail about every attestation',
  registration: z.object({
    to: addresses.meta({ description: 'recipients' }),
    from: addresses.meta({ description: 'sender' }),
    host: z.hostname().meta({ description: 'mail server' }),
    port,
    user: z.string().optional().meta({ description: 'without it nobody logs in' }),
    password: secret(z.string().optional(), 'of the user'),
    security,
  }),
  attachment: z.object({ cc: addresses.optional().meta({ description: 'further recipients' }) }),

  async deliver({ attestation, registration, attachment, idempotencyKey, connect, signal }) {
    const { host, user, password, to, from } = registration
    const target = { host, port: Number(registration.port) }
    const socket = await connect({ ...target, signal })
    const stop = (): unknown => socket.destroy()
    signal.addEventListener('abort', stop, { once: true })
    try {
      const transport = createTransport({
        ...target,
        ...securityOf(registration.security, target.port),
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
        ...(attachment.cc && { cc: attachment.cc }),
        subject: `[chainloop] ${summarize(attestation).headline}`,
        messageId: `<${idempotencyKey}@chainloop>`,
        html: `<pre>${escapeHtml(renderText(summarize(attestation)))}</pre>`,
        text: renderText(summarize(attestation)),
      })
      return { responseCode: Number.parseInt(sent.response, 10) || 250, detail: sent.response }
    } catch (cause) {
      throw signal.aborted ? signal.reason : toSmtpError(cause)
    } finally {
      signal.removeEventListener('abort', stop)
      socket.destroy()
    }
  },
})

function securityOf(
  chosen: z.output<typeof security>,
  targetPort: number,
): { secure: boolean; requireTLS: boolean; ignoreTLS: boolean } {
  const mode = chosen ?? (targetPort === 465 ? 'tls' : 'starttls')
  return { secure: mode === 'tls', requireTLS: mode === 'starttls', ignoreTLS: mode === 'none' }
}
