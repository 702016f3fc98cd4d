import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'

import { openRegistry, openRepository } from '@chainloop/oci/registry'
import {
  makeImage,
  makeIndex,
  makeReferrer,
  push,
  writeLayout,
} from '@chainloop/oci/testing/images.test.fixture'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pack } from 'tar-stream'

import { attest, type Attested } from './world/attest.ts'
import { temporaryFolder } from './world/folder.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const CONTRACT = `apiVersion: chainloop.dev/v1
kind: Contract
metadata:
  name: NAME
spec:
  materials:
    - type: CONTAINER_IMAGE
      name: image
      output: true
    - type: CONTAINER_IMAGE
      name: offline
      output: true
    - type: HELM_CHART
      name: chart
      output: true
    - type: TRUFFLEHOG_JSON
      name: secrets
`

const url = process.env['TEST_REGISTRY_URL']
const ifRegistry = url === undefined ? describe.skip : describe

const linux = (architecture: string): { os: string; architecture: string } => ({
  os: 'linux',
  architecture,
})
const [amd64, arm64, local] = [makeImage(), makeImage(), makeImage()]
const index = makeIndex([
  { of: amd64, platform: linux('amd64') },
  { of: arm64, platform: linux('arm64') },
])

/** A packaged chart as `helm package` makes one, in the manifest that `helm push` makes of it. */
async function makeChart(): Promise<ReturnType<typeof makeImage>> {
  const tar = pack()
  tar.entry({ name: 'web/Chart.yaml' }, 'apiVersion: v2\nname: web\nversion: 1.4.0\n')
  tar.entry({ name: 'web/values.yaml' }, 'replicas: 1\n')
  tar.finalize()
  const bytes = await buffer(tar.pipe(createGzip()))
  return makeImage({
    config: {
      mediaType: 'application/vnd.cncf.helm.config.v1+json',
      bytes: Buffer.from('{"name":"web","version":"1.4.0","apiVersion":"v2"}'),
    },
    layer: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', bytes },
  })
}

/* What is attested lies in a registry, or in a layout where there is none; whoever has its digest finds the attestation. */
ifRegistry('images and charts', () => {
  const stack = new AsyncDisposableStack()
  let world: World
  let declared: DeclaredWorkflow
  let attested: Attested
  let chart: Awaited<ReturnType<typeof makeChart>>

  beforeAll(async () => {
    const folder = stack.use(await temporaryFolder()).path
    const { host } = new URL(url ?? '')
    const registry = openRegistry(host)
    const [images, charts] = [`acme/${randomUUID()}`, `charts/${randomUUID()}/web`]
    await push(openRepository(registry, images), index, 'v1')
    const notation = makeReferrer(index, 'application/vnd.cncf.notary.signature')
    await push(openRepository(registry, images), notation)
    chart = await makeChart()
    await push(openRepository(registry, charts), chart, '1.4.0')
    await writeLayout(join(folder, 'layout'), [{ of: local }])
    await writeFile(join(folder, 'secrets.json'), '')

    world = stack.use(await startWorld())
    declared = await declareWorkflow(world, { contract: CONTRACT })
    attested = await attest(declared, folder, {
      image: `${host}/${images}:v1`,
      offline: join(folder, 'layout'),
      chart: `oci://${host}/${charts}:1.4.0`,
      secrets: join(folder, 'secrets.json'),
    })
  })

  afterAll(() => stack.disposeAsync())

  test('the index, each of its images, the layout’s and the chart are subjects', () => {
    const digests = attested.statement.subject.map(({ digest }) => `sha256:${digest['sha256']}`)

    expect(digests.slice(-5).toSorted()).toEqual(
      [index, amd64, arm64, local, chart].map(({ digest }) => digest).toSorted(),
    )
  })

  test('the signature of the image is recorded', () => {
    const { annotations } = attested.statement.predicate.materials.find(
      (each) => each.annotations['chainloop.material.name'] === 'image',
    ) ?? { annotations: {} }

    expect(annotations).toMatchObject({
      'chainloop.material.image.tag': 'v1',
      'chainloop.material.image.is_latest_tag': false,
      'chainloop.material.signature.provider': 'notary',
    })
  })

  test('a report that found nothing is empty, and evidence', () => {
    const secrets = attested.statement.predicate.materials.find(
      (each) => each.annotations['chainloop.material.name'] === 'secrets',
    )

    expect(secrets?.annotations).toMatchObject({ 'chainloop.material.size': '0' })
  })

  test.each([
    ['the image of one platform', arm64],
    ['the index', index],
  ])('the bundle verifies for %s', async (_, { digest }) => {
    const verified = await world.operator.run([
      'attestation',
      'verify',
      '--bundle',
      attested.bundle,
      '--artifact',
      digest,
      '--output',
      'json',
    ])

    expect(verified).toMatchObject({ code: 0 })
    const { subjects }: { subjects: { digest: string }[] } = JSON.parse(verified.stdout)
    const told = new Set(subjects.map((subject) => subject.digest))
    const all = [index, amd64, arm64, local, chart].map((one) => one.digest)
    expect(all.filter((each) => !told.has(each))).toEqual([])
  })

  test('the attestation is found from the image of one platform', async () => {
    const { result } = await world.operator.client.referrers.discoverPrivate({
      digest: amd64.digest,
    })

    expect(result?.references.map((reference) => reference.digest)).toContain(attested.digest)
  })
})
