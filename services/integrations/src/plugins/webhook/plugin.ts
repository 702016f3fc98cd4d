import { z } from 'zod'

import { receiptOf } from '../../http-answer.ts'
import { type Delivery, type Receipt, definePlugin, secret } from '../../plugin.ts'
import { type WebhookPayload, attestationPayload, materialPayload } from './payload.ts'
import { standardWebhookHeaders } from './signature.ts'

/** Of one SBOM. It is sent in base64 as one JSON string. */
const maxMaterialBytes = 32 << 20

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

const registration = z.object({ url: address, secret: signingSecret, authorization })

const attachment = z.object({
  send_attestation: z.boolean().default(true).meta({ description: 'send the attestation' }),
  send_sbom: z
    .boolean()
    .default(false)
    .meta({ description: 'send each SBOM in a request of its own' }),
})

type WebhookDelivery = Delivery<z.output<typeof registration>, z.output<typeof attachment>>

export const webhook = definePlugin({
  id: 'webhook',
  version: '2.0.0',
  description: 'POST every attestation as JSON to an address of yours',
  subscribedMaterials: ['SBOM_CYCLONEDX_JSON', 'SBOM_SPDX_JSON'],
  registration,
  attachment,

  async deliver(delivery) {
    const { attestation, attachment: wanted, idempotencyKey, materials } = delivery
    let receipt: Receipt = { detail: 'there was nothing to send' }
    if (wanted.send_attestation) {
      receipt = await post(delivery, attestationPayload(attestation), idempotencyKey)
    }
    if (!wanted.send_sbom) return receipt
    for (const material of materials) {
      const bytes = await material.read(maxMaterialBytes)
      const payload = materialPayload(attestation, { kind: material.kind, bytes })
      receipt = await post(delivery, payload, `${idempotencyKey}.${material.digest.slice(7, 23)}`)
    }
    return receipt
  },
})

/** Each request has a key of its own, so that a receiver takes only what it does not have yet. */
async function post(
  {
    registration: { url, secret: key, authorization: credentials },
    fetch,
    signal,
  }: WebhookDelivery,
  payload: WebhookPayload,
  id: string,
): Promise<Receipt> {
  const body = JSON.stringify(payload)
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'chainloop-webhook/2',
      'idempotency-key': id,
      ...standardWebhookHeaders({ id, sentAt: new Date(), body }, key),
      ...(credentials && { authorization: credentials }),
    },
    body,
    signal,
  })
  return receiptOf(answer)
}
