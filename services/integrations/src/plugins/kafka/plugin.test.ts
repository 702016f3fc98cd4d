import { once } from 'node:events'
import { createServer } from 'node:net'

import { expect, test } from '@jest/globals'
import { Kafka, logLevel } from 'kafkajs'

import { exampleAttestation } from '../../testing/attestation.ts'
import { assertCloudEvent } from '../../testing/cloud-event.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { kafka } from './plugin.ts'
import { startKafka } from './testing/kafka-server.ts'

const attachment = { topic: 'evidence' }
const { TEST_KAFKA_URL: whole } = process.env
const maybe = whole === undefined ? test.skip : test

test('a topic gets the attestation as a CloudEvent, by workflow', async () => {
  await using server = await startKafka(attachment)

  const receipt = await deliverTo(kafka, {
    registration: { brokers: server.broker, tls: false },
    attachment,
  })

  expect(receipt.detail).toBe('evidence, partition 0, offset 0')
  const [record] = server.records
  expect(record).toMatchObject({
    topic: 'evidence',
    key: exampleAttestation.workflow.id,
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
  })
  expect(assertCloudEvent(JSON.parse(record?.value ?? ''))).toMatchObject({
    id: 'key-1',
    subject: exampleAttestation.digest,
  })
})

test('brokers and topics that are not there are found when they are registered', async () => {
  await using server = await startKafka(attachment)
  const registration = { brokers: server.broker, tls: false }

  expect(await validateAt(kafka, { registration, attachment })).toEqual({ brokers: '1' })

  await expect(validateAt(kafka, { registration, attachment: { topic: 'other' } })).rejects.toThrow(
    'does not host this topic',
  )
})

test('a topic that is missing is tried again', async () => {
  await using server = await startKafka(attachment)

  await expect(
    deliverTo(kafka, {
      registration: { brokers: server.broker, tls: false },
      attachment: { topic: 'other' },
    }),
  ).rejects.toMatchObject({ errorClass: 'retryable' })
})

test('neither a broker that is not public nor one that a broker names is connected to', async () => {
  await using hidden = createServer(() => {
    throw new Error('somebody connected')
  }).listen(0, '127.0.0.1')
  await once(hidden, 'listening')
  const address = hidden.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await using server = await startKafka({ ...attachment, leader: { host: '127.0.0.1', port } })
  const registration = { brokers: server.broker, tls: false }

  await expect(deliverTo(kafka, { registration, attachment, allow: [] })).rejects.toMatchObject({
    name: 'EgressRefused',
  })
  await expect(
    deliverTo(kafka, { registration, attachment, allow: [server.broker] }),
  ).rejects.toThrow(`requests to 127.0.0.1:${port} are not allowed`)
  expect(server.records).toEqual([])
})

test('a password that is wrong ends the delivery', async () => {
  const login = { username: 'me', password: 'top-secret' }
  await using server = await startKafka({ ...attachment, login })
  const registration = { brokers: server.broker, tls: false, mechanism: 'plain', ...login }

  await deliverTo(kafka, { registration, attachment })
  await expect(
    deliverTo(kafka, { registration: { ...registration, password: 'wrong' }, attachment }),
  ).rejects.toMatchObject({ errorClass: 'permanent' })

  expect(server.records).toHaveLength(1)
})

maybe('a whole broker takes it, and gives it to a consumer', async () => {
  const { host } = new URL(whole ?? '')
  const registration = { brokers: host, tls: false }

  expect(await validateAt(kafka, { registration, attachment })).toEqual({ brokers: '1' })
  await deliverTo(kafka, { registration, attachment })

  const consumer = new Kafka({ brokers: [host], logLevel: logLevel.NOTHING }).consumer({
    groupId: 'test',
  })
  const arrived = Promise.withResolvers<string>()
  await consumer.connect()
  await consumer.subscribe({ topic: 'evidence', fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => arrived.resolve(String(message.value)),
  })
  const event = assertCloudEvent(JSON.parse(await arrived.promise))
  await consumer.disconnect()

  expect(event).toMatchObject({ id: 'key-1', subject: exampleAttestation.digest })
})
