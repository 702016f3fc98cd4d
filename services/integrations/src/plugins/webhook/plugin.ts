import { randomUUID } from 'node:crypto'

import type { DeliveredMaterial, Delivery, Receipt } from '@chainloop/plugin-sdk/delivery'
import { receiptOf } from '@chainloop/plugin-sdk/http-answer'
import { type Validation, definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { attestationEvent, cloudEventType, materialEvent } from '../../cloud-events/cloud-event.ts'
import { attestationPayload, materialPayload, testPayload } from './payload.ts'
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
  format: z
    .enum(['chainloop', 'cloudevents'])
    .default('chainloop')
    .meta({ description: 'of the body: the one of Chainloop, or CloudEvents 1.0 in JSON' }),
})

type Registration = z.output<typeof registration>
type WebhookDelivery = Delivery<Registration, z.output<typeof attachment>>

export const webhook = definePlugin({
  id: 'webhook',
  version: '2.1.0',
  description: 'POST every attestation as JSON to an address of yours',
  subscribedMaterials: ['SBOM_CYCLONEDX_JSON', 'SBOM_SPDX_JSON'],
  registration,
  attachment,

  async validate(validation) {
    await post(validation, { id: `test-${randomUUID()}`, type: jsonType, body: testPayload() })
  },

  async deliver(delivery) {
    const { attachment: wanted, materials } = delivery
    let receipt: Receipt = { detail: 'there was nothing to send' }
    if (wanted.send_attestation) receipt = await post(delivery, attestationMessage(delivery))
    if (!wanted.send_sbom) return receipt
    for (const material of materials) {
      receipt = await post(delivery, await materialMessage(delivery, material))
    }
    return receipt
  },
})

const jsonType = 'application/json'

/** Each request has a key of its own, so that a receiver takes only what it does not have yet. */
interface Message {
  readonly id: string
  readonly type: string
  readonly body: object
}

function attestationMessage({
  attestation,
  attachment: to,
  idempotencyKey: id,
}: WebhookDelivery): Message {
  return to.format === 'cloudevents'
    ? { id, type: cloudEventType, body: attestationEvent(attestation, { id, includeBundle: true }) }
    : { id, type: jsonType, body: attestationPayload(attestation) }
}

async function materialMessage(
  { attestation, attachment: to, idempotencyKey }: WebhookDelivery,
  material: DeliveredMaterial,
): Promise<Message> {
  const { name, kind, digest } = material
  const id = `${idempotencyKey}.${digest.slice(7, 23)}`
  const bytes = await material.read(maxMaterialBytes)
  const event = { id, material: { name, kind, digest, bytes } }
  return to.format === 'cloudevents'
    ? { id, type: cloudEventType, body: materialEvent(attestation, event) }
    : { id, type: jsonType, body: materialPayload(attestation, { kind, bytes }) }
}

async function post(
  {
    registration: to,
    fetch,
    signal,
  }: Pick<Validation<Registration>, 'registration' | 'fetch' | 'signal'>,
  { id, type, ...message }: Message,
): Promise<Receipt> {
  const body = JSON.stringify(message.body)
  const answer = await fetch(to.url, {
    method: 'POST',
    headers: {
      'content-type': type,
      'user-agent': 'chainloop-webhook/2',
      'idempotency-key': id,
      ...standardWebhookHeaders({ id, sentAt: new Date(), body }, to.secret),
      ...(to.authorization && { authorization: to.authorization }),
    },
    body,
    signal,
  })
  return receiptOf(answer)
}
