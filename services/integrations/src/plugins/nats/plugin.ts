import type { Delivery, Receipt } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { type Validation, definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { type NatsConnection, credsAuthenticator, headers } from '@nats-io/nats-core/internal'
import { z } from 'zod'

import { addressesIn, brokerAddresses } from '../../brokers.ts'
import {
  attestationEvent,
  cloudEventSettings,
  cloudEventType,
} from '../../cloud-events/cloud-event.ts'
import { withNats } from './nats-client.ts'
import { toNatsError } from './nats-error.ts'

const registration = z.object({
  servers: brokerAddresses.meta({ description: 'servers: nats.example:4222' }),
  tls: z.boolean().default(true).meta({ description: 'false allows to speak in the clear' }),
  user: z.string().min(1).optional().meta({ description: 'login with a password' }),
  password: secret(z.string().optional(), 'of the user'),
  token: secret(z.string().min(1).optional(), 'login with a token'),
  credentials: secret(z.string().min(1).optional(), 'login with the content of a .creds file'),
})

const attachment = z.object({
  subject: z
    .string()
    .regex(/^[^\s.*>]+(?:\.[^\s.*>]+)*$/, 'must be a subject without wildcards')
    .meta({ description: 'subject of the events' }),
  jetStream: z
    .boolean()
    .default(true)
    .meta({ description: 'wait until a stream has stored the event; false: send and forget' }),
  ...cloudEventSettings,
})

type Registration = z.output<typeof registration>
type NatsDelivery = Delivery<Registration, z.output<typeof attachment>>

export const nats = definePlugin({
  id: 'nats',
  version: '1.0.0',
  description: 'Send attestations to a NATS subject as CloudEvents',
  registration,
  attachment,

  async validate(validation) {
    return await connected(validation, async ({ info }) => ({ version: info?.version ?? '' }))
  },

  async deliver(delivery) {
    return await connected(delivery, (connection) => publish(delivery, connection))
  },

  async preview(delivery) {
    const { registration: to, attachment: at } = delivery
    const { fields, payload } = messageOf(delivery)
    return [{ target: `nats://${to.servers}/${at.subject}`, headers: fields, body: payload }]
  },
})

const stored = z.object({ stream: z.string(), seq: z.int(), duplicate: z.boolean().optional() })

async function publish(delivery: NatsDelivery, connection: NatsConnection): Promise<Receipt> {
  const { subject, jetStream } = delivery.attachment
  const { fields, payload } = messageOf(delivery)
  const limit = connection.info?.max_payload ?? Number.POSITIVE_INFINITY
  if (Buffer.byteLength(payload) > limit) {
    throw new DeliveryError(
      'permanent',
      `the event is larger than the ${limit} bytes of the server`,
    )
  }
  const head = headers()
  for (const [name, value] of Object.entries(fields)) head.set(name, value)
  if (!jetStream) {
    connection.publish(subject, payload, { headers: head })
    await connection.flush()
    return { detail: `${subject}, whoever listens` }
  }
  const answer = await connection.request(subject, payload, { headers: head, timeout: 20_000 })
  const { data } = stored.safeParse(answer.json())
  if (!data) throw new DeliveryError('retryable', `no stream has stored ${subject}`)
  const again = data.duplicate ? ', stored by an earlier attempt' : ''
  return { detail: `stream ${data.stream}, message ${data.seq}${again}` }
}

/** NATS protocol binding for CloudEvents 1.0.2 §3.2, structured. By the id a stream knows repetitions. */
function messageOf({ attestation, attachment: { includeBundle }, idempotencyKey }: NatsDelivery) {
  const event = attestationEvent(attestation, { id: idempotencyKey, includeBundle })
  return {
    fields: { 'content-type': cloudEventType, 'Nats-Msg-Id': idempotencyKey },
    payload: JSON.stringify(event),
  }
}

async function connected<T>(
  {
    registration: to,
    connect,
    signal,
  }: Pick<Validation<Registration>, 'registration' | 'connect' | 'signal'>,
  perform: (connection: NatsConnection) => Promise<T>,
): Promise<T> {
  const options = {
    servers: [...addressesIn(to.servers)],
    ...(to.tls && { tls: {} }),
    ...(to.user !== undefined && { user: to.user, pass: to.password ?? '' }),
    ...(to.token !== undefined && { token: to.token }),
    ...(to.credentials !== undefined && {
      authenticator: credsAuthenticator(new TextEncoder().encode(to.credentials)),
    }),
  }
  try {
    return await withNats({ ...options, connect, signal }, perform)
  } catch (cause) {
    throw toNatsError(cause)
  }
}
