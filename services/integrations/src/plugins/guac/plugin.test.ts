import { createHash } from 'node:crypto'

import { expect, test } from '@jest/globals'

import { startGcsServer } from '../../object-storage/testing/gcs-server.ts'
import { startS3Server } from '../../object-storage/testing/s3-server.ts'
import { exampleAttestation, exampleEnvelope } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { exampleMaterial } from '../../testing/material.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { guac } from './plugin.ts'

const sbom = exampleMaterial('{"bomFormat":"CycloneDX"}', { fileName: 'web.cdx.json' })
const sbomKey = `chainloop/web.cdx-${sbom.digest.slice(7)}.json`
const hash = createHash('sha256').update(JSON.stringify(exampleEnvelope)).digest('hex')
const attestationKey = `chainloop/attestation-${hash}.json`

test('the bucket gets the envelope and the SBOMs, under names that say what they are', async () => {
  await using server = await startGcsServer()
  const { url: endpoint, credentials } = server

  await deliverTo(guac, {
    registration: { bucket: 'one', endpoint, credentials },
    materials: [sbom],
  })

  expect([...server.objects.keys()].toSorted()).toEqual([attestationKey, sbomKey])
  const envelope = server.objects.get(attestationKey)
  expect(JSON.parse(envelope?.content.toString() ?? '')).toEqual(exampleEnvelope)
  expect(envelope).toMatchObject({
    contentType: 'application/json',
    metadata: {
      author: 'chainloop',
      workflowID: exampleAttestation.workflow.id,
      workflowName: 'build',
      workflowProject: 'shop',
      workflowRunID: exampleAttestation.run.id,
    },
  })
})

test('a bucket of S3 gets the same', async () => {
  await using server = await startS3Server()
  const { url: endpoint, accessKeyID, secretAccessKey } = server
  const credentials = JSON.stringify({ accessKeyID, secretAccessKey })
  const registration = { provider: 's3', bucket: 'one', endpoint, credentials }

  await validateAt(guac, { registration })
  await deliverTo(guac, { registration, materials: [sbom] })

  expect(await server.keys()).toEqual([attestationKey, sbomKey])
})

test('credentials of another kind are refused', async () => {
  const registration = { provider: 's3', bucket: 'one', credentials: '{"client_email":"x"}' }

  await expect(validateAt(guac, { registration })).rejects.toThrow('lack accessKeyID')
})
