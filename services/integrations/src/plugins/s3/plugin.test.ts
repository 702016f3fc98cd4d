import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { expect, test } from '@jest/globals'

import { type S3Server, startS3Server } from '../../object-storage/testing/s3-server.ts'
import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { exampleMaterial } from '../../testing/material.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { s3 } from './plugin.ts'

const registrationAt = ({ url, accessKeyID, secretAccessKey }: S3Server) => ({
  endpoint: url,
  accessKeyID,
  secretAccessKey,
  bucket: 'one',
  prefix: 'archive/2026',
})
const run = `archive/2026/shop/build/${exampleAttestation.run.id}`

test('a run is archived in a folder of its own, with its materials', async () => {
  await using server = await startS3Server()
  const materials = [exampleMaterial('{"a":1}'), exampleMaterial('x', { name: '../../evil' })]

  const receipt = await deliverTo(s3, { registration: registrationAt(server), materials })

  expect(receipt.detail).toBe(`${run}/`)
  expect(await server.keys()).toEqual([
    `${run}/attestation.sigstore.json`,
    `${run}/materials/.._.._evil/sbom.json`,
    `${run}/materials/sbom/sbom.json`,
  ])
  const { content, metadata } = await server.object(`${run}/attestation.sigstore.json`)
  expect(content.equals(exampleAttestation.bundle)).toBe(true)
  expect(metadata).toMatchObject({
    'content-type': 'application/vnd.dev.sigstore.bundle.v0.3+json',
    'x-amz-meta-chainloop-digest': exampleAttestation.digest,
  })
})

test('a material of more than one part arrives whole', async () => {
  await using server = await startS3Server()
  const part = Buffer.alloc(1 << 20, 'x')
  const big = exampleMaterial('', {
    async *open() {
      for (let i = 0; i < 9; i += 1) yield part
    },
  })

  await deliverTo(s3, { registration: registrationAt(server), materials: [big] })

  const { content } = await server.object(`${run}/materials/sbom/sbom.json`)
  expect(content.length).toBe(9 << 20)
})

test('materials can be left out, and what was never stored is', async () => {
  await using server = await startS3Server()
  const registration = registrationAt(server)
  const image = exampleMaterial('', {
    name: 'image',
    kind: 'CONTAINER_IMAGE',
    // oxlint-disable-next-line require-yield -- it has nothing
    async *open() {
      throw new DeliveryError('permanent', 'the content was not stored')
    },
  })

  const receipt = await deliverTo(s3, { registration, materials: [image, exampleMaterial('{}')] })
  expect(receipt.detail).toContain('image (CONTAINER_IMAGE): the content was not stored')
  expect(await server.keys()).toHaveLength(2)

  await deliverTo(s3, {
    registration: { ...registration, prefix: 'bare' },
    attachment: { materials: false },
    materials: [exampleMaterial('{}')],
  })
  expect((await server.keys()).filter((key) => key.startsWith('bare/'))).toHaveLength(1)
})

test('content that ends in an error is neither stored nor reported', async () => {
  await using server = await startS3Server()
  const broken = exampleMaterial('', {
    async *open() {
      yield Buffer.from('half')
      throw new Error('the content is not what its digest says')
    },
  })

  await expect(
    deliverTo(s3, { registration: registrationAt(server), materials: [broken] }),
  ).rejects.toThrow('not what its digest says')
  expect(await server.keys()).toEqual([])
})

test('a bucket that is not there is found when it is registered, and one that is stays as it was', async () => {
  await using server = await startS3Server()
  const registration = registrationAt(server)

  await validateAt(s3, { registration })
  expect(await server.keys()).toEqual([])

  const missing = { ...registration, bucket: 'two' }
  await expect(validateAt(s3, { registration: missing })).rejects.toMatchObject({
    errorClass: 'permanent',
    responseCode: 404,
  })
})

test('an address that is not public is refused', async () => {
  await using server = await startS3Server()

  await expect(deliverTo(s3, { registration: registrationAt(server), allow: [] })).rejects.toThrow(
    'not allowed',
  )
})
