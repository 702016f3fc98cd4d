import { createHash } from 'node:crypto'

import { getManifest } from '@chainloop/oci/manifests'
import { listReferrers } from '@chainloop/oci/referrers'
import { openRegistry, openRepository } from '@chainloop/oci/registry'
import { makeImage, push } from '@chainloop/oci/testing/images.test.fixture'
import { listen } from '@chainloop/oci/testing/listen.test.fixture'
import { registryProgram, startRegistry } from '@chainloop/oci/testing/registry.test.fixture'
import type { DeliveredAttestation } from '@chainloop/plugin-sdk/delivery'
import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { exampleMaterial } from '../../testing/material.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { ociRegistry } from './plugin.ts'

const maybe = registryProgram ? test : test.skip
const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const image = makeImage()

const attestationOf = (repository: string): DeliveredAttestation => ({
  ...exampleAttestation,
  images: [{ material: 'image', repository, digest: image.digest }],
})

maybe('an image is found with its attestation and its SBOM', async () => {
  await using server = await startRegistry()
  const repository = openRepository(openRegistry(server.host), 'acme/web')
  await push(repository, image, 'v1')
  const sbom = exampleMaterial('{"bomFormat":"CycloneDX"}')
  const delivery = {
    registration: { repository: `${server.host}/acme` },
    attestation: attestationOf(`${server.host}/acme/web`),
    materials: [sbom],
  }

  const receipt = await deliverTo(ociRegistry, delivery)
  await deliverTo(ociRegistry, delivery)

  const found = await listReferrers(repository, image.digest)
  expect(found.map(({ artifactType }) => artifactType)).toEqual([
    'application/vnd.cyclonedx+json',
    bundleType,
  ])
  expect(found[1]?.annotations).toMatchObject({
    'dev.sigstore.bundle.content': 'dsse-envelope',
    'dev.sigstore.bundle.predicateType': 'chainloop.dev/attestation/v0.2',
  })
  expect(receipt.detail).toBe(`${server.host}/acme/web@${image.digest}: ${found[1]?.digest}`)
  const { bytes } = await getManifest(repository, found[1]?.digest ?? '')
  expect(JSON.parse(bytes.toString())).toMatchObject({
    subject: { digest: image.digest },
    layers: [{ mediaType: bundleType, digest: exampleAttestation.digest }],
  })
})

const summary = {
  predicateType: 'https://slsa.dev/verification_summary/v1',
  subjectDigests: [image.digest],
  bundle: Buffer.from('{"summary":true}'),
  digest: `sha256:${createHash('sha256').update('{"summary":true}').digest('hex')}`,
}

maybe(
  'C21: what the control plane has signed about the image lies beside it, byte for byte',
  async () => {
    await using server = await startRegistry()
    const repository = openRepository(openRegistry(server.host), 'acme/web')
    await push(repository, image, 'v1')
    const attestation = attestationOf(`${server.host}/acme/web`)
    const registration = { repository: server.host }
    const items = [summary, { ...summary, subjectDigests: [`sha256:${'0'.repeat(64)}`] }]

    await expect(
      deliverTo(ociRegistry, {
        registration,
        attestation: { ...attestation, evidence: { pending: true, items: [] } },
      }),
    ).rejects.toMatchObject({ errorClass: 'throttled' })
    await deliverTo(ociRegistry, {
      registration,
      attestation: { ...attestation, evidence: { pending: false, items } },
    })

    const found = await listReferrers(repository, image.digest)
    expect(
      found.map(({ annotations }) => annotations?.['dev.sigstore.bundle.predicateType']),
    ).toEqual(
      expect.arrayContaining([
        'chainloop.dev/attestation/v0.2',
        'https://slsa.dev/verification_summary/v1',
      ]),
    )
    expect(found).toHaveLength(2)
    const manifests = await Promise.all(
      found.map(async ({ digest }) => (await getManifest(repository, digest)).bytes.toString()),
    )
    expect(manifests.some((text) => text.includes(summary.digest))).toBe(true)
  },
)

maybe('materials can be left out', async () => {
  await using server = await startRegistry()
  const repository = openRepository(openRegistry(server.host), 'acme/web')
  await push(repository, image, 'v1')

  await deliverTo(ociRegistry, {
    registration: { repository: server.host },
    attestation: attestationOf(`${server.host}/acme/web`),
    attachment: { materials: false },
    materials: [exampleMaterial('{}')],
  })

  const found = await listReferrers(repository, image.digest)
  expect(found.map(({ artifactType }) => artifactType)).toEqual([bundleType])
})

maybe('an image that is not there yet is asked for again', async () => {
  await using server = await startRegistry()

  await expect(
    deliverTo(ociRegistry, {
      registration: { repository: `${server.host}/acme/web` },
      attestation: attestationOf(`${server.host}/acme/web`),
    }),
  ).rejects.toMatchObject({ errorClass: 'retryable' })
})

test.each(['registry.example/acmes/web', 'other.example/acme/web', 'acme/web'])(
  'the image %s is none of registry.example/acme',
  async (repository) => {
    const receipt = await deliverTo(ociRegistry, {
      registration: { repository: 'registry.example/acme' },
      attestation: attestationOf(repository),
    })

    expect(receipt.detail).toBe('no image of this run is below registry.example/acme')
  },
)

maybe('that it may push is tried when it is registered', async () => {
  await using server = await startRegistry()

  await validateAt(ociRegistry, { registration: { repository: `${server.host}/acme` } })
})

test('a login that is refused is found when it is registered', async () => {
  await using server = await listen((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
  })

  await expect(
    validateAt(ociRegistry, {
      registration: { repository: `${server.host}/acme`, username: 'me', password: 'wrong' },
    }),
  ).rejects.toMatchObject({ errorClass: 'permanent', responseCode: 401 })
})

test('a registry, and a token server that it names, must be public', async () => {
  await using server = await listen((_request, response) => {
    const realm = 'Bearer realm="https://169.254.169.254/token",service="x"'
    response.writeHead(401, { 'www-authenticate': realm }).end()
  })
  const attestation = attestationOf(`${server.host}/acme/web`)
  const registration = { repository: `${server.host}/acme` }

  await expect(deliverTo(ociRegistry, { registration, attestation, allow: [] })).rejects.toThrow(
    'not allowed',
  )
  await expect(
    deliverTo(ociRegistry, { registration, attestation, allow: [server.host] }),
  ).rejects.toThrow('169.254.169.254')
})
