import type { Delivery } from '@chainloop/plugin-sdk/delivery'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { Partitioners } from 'kafkajs'
import { z } from 'zod'

import { addressesIn, brokerAddresses } from '../../brokers.ts'
import {
  attestationEvent,
  cloudEventSettings,
  cloudEventType,
} from '../../cloud-events/cloud-event.ts'
import { type KafkaSettings, connected, withKafka } from './kafka-client.ts'

const registration = z.object({
  brokers: brokerAddresses.meta({ description: 'brokers to begin with: kafka.example:9093' }),
  tls: z.boolean().default(true).meta({ description: 'false speaks in the clear' }),
  mechanism: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .default('scram-sha-512')
    .meta({ description: 'how the user logs in' }),
  username: z.string().min(1).optional().meta({ description: 'without it nobody logs in' }),
  password: secret(z.string().optional(), 'of the user'),
})

const attachment = z.object({
  topic: z
    .string()
    .regex(/^[\w.-]{1,249}$/, 'must be a topic')
    .meta({ description: 'topic of the events' }),
  ...cloudEventSettings,
})

type KafkaDelivery = Delivery<z.output<typeof registration>, z.output<typeof attachment>>

export const kafka = definePlugin({
  id: 'kafka',
  version: '1.0.0',
  description: 'Send attestations to a Kafka topic as CloudEvents',
  registration,
  attachment,

  async validate(validation) {
    return await withKafka(settingsOf(validation), async (client) => {
      const { brokers } = await connected(client.admin(), (admin) => admin.describeCluster())
      return { brokers: String(brokers.length) }
    })
  },

  async validateAttachment(validation) {
    const topics = [validation.attachment.topic]
    await withKafka(settingsOf(validation), (client) =>
      connected(client.admin(), (admin) => admin.fetchTopicMetadata({ topics })),
    )
  },

  async deliver(delivery) {
    const { topic } = delivery.attachment
    return await withKafka(settingsOf(delivery), async (client) => {
      const producer = client.producer({
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
      })
      // All replicas have to have it.
      const record = { topic, acks: -1, messages: [messageOf(delivery)] }
      const [sent] = await connected(producer, (open) => open.send(record))
      return { detail: `${topic}, partition ${sent?.partition}, offset ${sent?.baseOffset}` }
    })
  },

  async preview(delivery) {
    const { headers, value } = messageOf(delivery)
    const { registration: to, attachment: at } = delivery
    return [{ target: `kafka://${to.brokers}/${at.topic}`, headers, body: value }]
  },
})

/** Kafka protocol binding for CloudEvents 1.0.2 §3.3, structured. Attestations of one workflow stay in order. */
function messageOf({ attestation, attachment: { includeBundle }, idempotencyKey }: KafkaDelivery) {
  const event = attestationEvent(attestation, { id: idempotencyKey, includeBundle })
  return {
    key: attestation.workflow.id,
    headers: { 'content-type': cloudEventType },
    value: JSON.stringify(event),
  }
}

function settingsOf({
  registration: { brokers, username, password = '', mechanism, tls },
  dial,
  signal,
}: Pick<KafkaDelivery, 'registration' | 'dial' | 'signal'>): KafkaSettings {
  return {
    brokers: addressesIn(brokers),
    tls,
    sasl: username === undefined ? undefined : { mechanism, username, password },
    dial,
    signal,
  }
}
