import { generateKeyPairSync } from 'node:crypto'

import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { expect, test } from '@jest/globals'

import { type GcsServer, startGcsServer } from '../../object-storage/testing/gcs-server.ts'
import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { exampleMaterial } from '../../testing/material.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { gcs } from './plugin.ts'

const registrationAt = ({ url, credentials }: GcsServer) => ({
  endpoint: url,
  credentials,
  bucket: 'one',
})
const run = `shop/build/${exampleAttestation.run.id}`

test('a run is archived in a folder of its own, with its materials', async () => {
  await using server = await startGcsServer()

  await deliverTo(gcs, {
    registration: registrationAt(server),
    materials: [exampleMaterial('{"a":1}')],
  })

  expect([...server.objects.keys()].toSorted()).toEqual([
    `${run}/attestation.sigstore.json`,
    `${run}/materials/sbom/sbom.json`,
  ])
  const stored = server.objects.get(`${run}/attestation.sigstore.json`)
  expect(stored?.content.equals(exampleAttestation.bundle)).toBe(true)
  expect(stored).toMatchObject({
    contentType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    metadata: { 'chainloop-digest': exampleAttestation.digest },
  })
})

test('what was never stored is left out, and what is broken is not stored', async () => {
  await using server = await startGcsServer()
  const registration = registrationAt(server)
  const failing = (cause: Error, ...before: Buffer[]) =>
    exampleMaterial('', {
      async *open() {
        yield* before
        throw cause
      },
    })
  const unstored = failing(new DeliveryError('permanent', 'the content was not stored'))
  const broken = failing(new Error('not what its digest says'), Buffer.from('half'))

  const receipt = await deliverTo(gcs, { registration, materials: [unstored] })
  expect(receipt.detail).toContain('the content was not stored')
  expect([...server.objects.keys()]).toEqual([`${run}/attestation.sigstore.json`])

  await expect(deliverTo(gcs, { registration, materials: [broken] })).rejects.toThrow(
    'not what its digest says',
  )
  expect(server.objects.size).toBe(1)
})

test('what does not work is found when it is registered, and what does leaves nothing', async () => {
  await using server = await startGcsServer()
  const registration = registrationAt(server)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const stranger = JSON.stringify({
    client_email: 'x@y.example',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  })

  await validateAt(gcs, { registration })
  expect(server.objects.size).toBe(0)

  const refused = (more: object) => validateAt(gcs, { registration: { ...registration, ...more } })
  await expect(refused({ credentials: stranger })).rejects.toMatchObject({ responseCode: 401 })
  await expect(refused({ bucket: 'two' })).rejects.toMatchObject({ responseCode: 404 })
  await expect(refused({ credentials: '{}' })).rejects.toThrow('no key file')
})

test('an address that is not public is refused', async () => {
  await using server = await startGcsServer()

  await expect(deliverTo(gcs, { registration: registrationAt(server), allow: [] })).rejects.toThrow(
    'not allowed',
  )
})
