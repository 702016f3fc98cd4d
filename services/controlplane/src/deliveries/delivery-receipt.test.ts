import { generateKeyPairSync, verify } from 'node:crypto'

import { pae } from '@chainloop/attestation/dsse/pae'
import { noteSigner } from '@chainloop/attestation/merkle/checkpoint'
import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { actorOf, insertOrganization } from '../testing/world.ts'
import { deliveryReceipt } from './delivery-receipt.ts'
import { openFanOutWorld } from './testing/fan-out-world.ts'
import { work } from './testing/worker.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const signing = { log: { signers: [noteSigner(privateKey)] } }
const config = { issuer: 'https://chainloop.example' }

test('a receipt says what became of the delivery, and is signed', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  const { runId } = await world.store()
  const id = await work(world, { responseCode: 202, detail: 'accepted' })

  const receipt = await deliveryReceipt({ ...world, signing, config }, world.operator, { id })

  const { payload, payloadType, signatures } = JSON.parse(receipt.envelope)
  const bytes = Buffer.from(payload, 'base64')
  const signature = Buffer.from(signatures[0].sig, 'base64')
  expect(verify(undefined, pae(payloadType, bytes), receipt.publicKey, signature)).toBe(true)
  expect(JSON.parse(bytes.toString())).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'attestation', digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }],
    predicateType: 'https://chainloop.dev/delivery-receipt/v1',
    predicate: {
      issuer: 'https://chainloop.example',
      organization: 'acme',
      runId,
      integration: 'one',
      deliveryId: id,
      generation: 1,
      state: 'delivered',
      attempts: [{ number: 1, outcome: 'delivered', responseCode: 202, detail: 'accepted' }],
    },
  })
})

test('there is none while the delivery is pending, without a key, or for strangers', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.store()
  const ctx = { ...world, signing, config }
  const { id } = await world.db.selectFrom('deliveries').select('id').executeTakeFirstOrThrow()
  await expect(deliveryReceipt(ctx, world.operator, { id })).toFailWith('conflict', /pending/)

  await work(world)

  const keyless = { ...ctx, signing: { log: { signers: [] } } }
  await expect(deliveryReceipt(keyless, world.operator, { id })).toFailWith('conflict', /no key/)
  const stranger = actorOf(await insertOrganization(world.db, 'evil'), 'operator')
  await expect(deliveryReceipt(ctx, stranger, { id })).toFailWith('not_found')
})
