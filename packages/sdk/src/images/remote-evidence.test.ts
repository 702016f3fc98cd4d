import { randomUUID } from 'node:crypto'

import { encodeBase64 } from '@chainloop/attestation/json/base64'
import { openRegistry, openRepository, type Repository } from '@chainloop/oci/registry'
import {
  makeImage,
  makeIndex,
  makeReferrer,
  push,
  type Entry,
} from '@chainloop/oci/testing/images.test.fixture'
import { describe, expect, test } from '@jest/globals'

import { remoteEvidence } from './remote-evidence.ts'

const url = process.env['TEST_REGISTRY_URL']
const ifRegistry = url === undefined ? describe.skip : describe
const { host } = new URL(url ?? 'http://localhost')

const linux = (architecture: string, variant?: string): NonNullable<Entry['platform']> => ({
  os: 'linux',
  architecture,
  ...(variant !== undefined && { variant }),
})

function repository(): Repository {
  return openRepository(openRegistry(host), `acme/${randomUUID()}`)
}

async function found(repo: Repository, version = ':v1'): Promise<object> {
  const typed = `${host}/${repo.name}${version}`
  return (await remoteEvidence(typed, {}, 'CONTAINER_IMAGE')).evidence.image
}

ifRegistry('images in a registry', () => {
  test('an image is its digest, its tag, and whether latest is the same', async () => {
    const repo = repository()
    const image = makeImage()
    await push(repo, image, 'v1')

    const expected = { repository: `${host}/${repo.name}`, digest: image.digest, tag: 'v1' }
    expect(await found(repo)).toEqual({ ...expected, hasLatestTag: false })

    await push(repo, image, 'latest')
    expect(await found(repo)).toEqual({ ...expected, hasLatestTag: true })
    expect(await found(repo, '')).toMatchObject({ tag: 'latest', hasLatestTag: true })
    expect(await found(repo, `@${image.digest}`)).not.toHaveProperty('tag')
    expect(await found(repo, `:v0@${image.digest}`)).not.toHaveProperty('tag')
  })

  test('of an index every image is listed, also of an index in it, but not what BuildKit adds', async () => {
    const repo = repository()
    const [amd64, arm64, arm, built] = [makeImage(), makeImage(), makeImage(), makeImage()]
    const inner = makeIndex([{ of: arm, platform: linux('arm', 'v7') }])
    const index = makeIndex([
      { of: amd64, platform: linux('amd64') },
      { of: arm64, platform: linux('arm64', 'v8') },
      { of: inner },
      {
        of: built,
        platform: { os: 'unknown', architecture: 'unknown' },
        annotations: {
          'vnd.docker.reference.type': 'attestation-manifest',
          'vnd.docker.reference.digest': amd64.digest,
        },
      },
    ])
    await push(repo, index, 'v1')

    expect(await found(repo)).toMatchObject({
      digest: index.digest,
      platforms: [
        { platform: 'linux/amd64', digest: amd64.digest },
        { platform: 'linux/arm64/v8', digest: arm64.digest },
        { platform: 'linux/arm/v7', digest: arm.digest },
      ],
    })
  })

  test.each([
    ['the tag of cosign', 'cosign', undefined],
    ['a bundle that refers to it', 'cosign', 'application/vnd.dev.sigstore.bundle.v0.3+json'],
    ['a signature that refers to it', 'cosign', 'application/vnd.dev.cosign.artifact.sig.v1+json'],
    ['a signature of notation', 'notary', 'application/vnd.cncf.notary.signature'],
  ])('a signature is found by %s', async (_, provider, artifactType) => {
    const repo = repository()
    const image = makeImage()
    await push(repo, image, 'v1')
    const layer = {
      mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
      bytes: Buffer.from('{"critical":{}}'),
    }
    const signature =
      artifactType === undefined
        ? makeImage({ layer })
        : makeReferrer(image, artifactType, { 'dev.sigstore.bundle.content': 'message-signature' })
    const tag = artifactType === undefined ? `${image.digest.replace(':', '-')}.sig` : undefined
    await push(repo, signature, tag)

    expect(await found(repo)).toMatchObject({
      signature: { provider, digest: signature.digest, manifest: encodeBase64(signature.bytes) },
    })
  })

  test('what else refers to an image is no signature', async () => {
    const repo = repository()
    const image = makeImage()
    await push(repo, image, 'v1')
    const bundle = 'application/vnd.dev.sigstore.bundle.v0.3+json'
    await push(repo, makeReferrer(image, 'application/vnd.acme.sbom'))
    await push(
      repo,
      makeReferrer(image, bundle, {
        'dev.sigstore.bundle.content': 'dsse-envelope',
        'dev.sigstore.bundle.predicateType': 'https://slsa.dev/provenance/v1',
      }),
    )
    await push(repo, makeImage(), `${image.digest.replace(':', '-')}.sig`)

    expect(await found(repo)).not.toHaveProperty('signature')
  })
})

ifRegistry('charts in a registry', () => {
  const config = {
    mediaType: 'application/vnd.cncf.helm.config.v1+json',
    bytes: Buffer.from('{"name":"web","version":"1.4.0"}'),
  }
  const layer = {
    mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
    bytes: Buffer.from('a packaged chart'),
  }

  test('a chart is recognised and can be looked into; a plus of its version is an underscore', async () => {
    const repo = repository()
    const chart = makeImage({ config, layer })
    await push(repo, chart, '1.4.0_rc.1')

    const { kind, evidence } = await remoteEvidence(
      `oci://${host}/${repo.name}:1.4.0+rc.1`,
      {},
      undefined,
    )

    expect(kind).toBe('HELM_CHART')
    expect(evidence.image).toMatchObject({ digest: chart.digest, tag: '1.4.0_rc.1' })
    expect(Buffer.concat(await Array.fromAsync(evidence.open()))).toEqual(layer.bytes)
  })

  test('what is no chart, or has none in it, is refused as one', async () => {
    const repo = repository()
    await push(repo, makeImage(), 'image')
    await push(repo, makeImage({ config }), 'empty')
    const asChart = (tag: string): Promise<unknown> =>
      remoteEvidence(`oci://${host}/${repo.name}:${tag}`, {}, 'HELM_CHART')

    await expect(asChart('image')).rejects.toThrow('is no Helm chart: its type is')
    await expect(asChart('empty')).rejects.toThrow('has no layer with a chart')
    await expect(asChart('absent')).rejects.toThrow('no such thing')
  })
})

test.each(['', 'UPPER/case', 'a b', 'x@sha256:00', 'https://ghcr.io/a', 'oci://', 'oci://a b'])(
  '%j is no image',
  async (typed) => {
    await expect(remoteEvidence(typed, {}, undefined)).rejects.toThrow(
      'is not the reference of an image',
    )
  },
)

test('only what SHA-256 names can be recorded', async () => {
  await expect(
    remoteEvidence(`127.0.0.1:1/a@sha512:${'a'.repeat(128)}`, {}, undefined),
  ).rejects.toThrow('SHA-256')
})
