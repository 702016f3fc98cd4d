import { z } from 'zod'

import { receiptOf } from '../../http-answer.ts'
import { definePlugin, secret } from '../../plugin.ts'
import { attestationPayload } from './payload.ts'
import { standardWebhookHeaders } from './signature.ts'

const address = z
  .url()
  .regex(/^https?:\/\//, 'must begin with http:// or https://')
  .meta({ description: 'http or https address of the receiver' })

const signingSecret = secret(
  z
    .string()
    .regex(
      /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/,
      'must be whsec_ and 24 to 64 random bytes in base64',
    )
    .optional(),
  'signs each request as standardwebhooks.com describes: whsec_ and 24 to 64 random bytes in base64',
)

const authorization = secret(
  z
    .string()
    .regex(/^[ -~]{1,8192}$/, 'must be printable ASCII')
    .optional(),
  'value of the Authorization header',
)

export const webhook = definePlugin({
  id: 'webhook',
  version: '2.0.0',
  description: 'POST every attestation as JSON to an address of yours',
  registration: z.object({ url: address, secret: signingSecret, authorization }),
  attachment: z.object({}),

  async deliver({ attestation, registration, idempotencyKey, fetch, signal }) {
    const body = JSON.stringify(attestationPayload(attestation))
    const message = { id: idempotencyKey, sentAt: new Date(), body }
    const answer = await fetch(registration.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'chainloop-webhook/2',
        'idempotency-key': idempotencyKey,
        ...standardWebhookHeaders(message, registration.secret),
        ...(registration.authorization && { authorization: registration.authorization }),
      },
      body,
      signal,
    })
    return receiptOf(answer)
  },
})
