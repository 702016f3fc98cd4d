import { sha256 } from '@chainloop/attestation/digest'
import { formatPlatforms } from '@chainloop/attestation/materials/image-platforms'
import type { Material } from '@chainloop/attestation/materials/material'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { discover } from '../referrers/discover.ts'
import { CONTRACT } from '../runs/testing/run-world.ts'
import { craftBundle, honestMaterials } from './testing/craft.ts'
import type { Loose } from './testing/craft.ts'
import { openStoreWorld, storeBundle } from './testing/store-world.ts'
import type { StoreWorld } from './testing/store-world.ts'

const WITH_IMAGES = `${CONTRACT}
    - name: image
      type: CONTAINER_IMAGE
      optional: true
      output: true
    - name: chart
      type: HELM_CHART
      optional: true
      output: true
`

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld(WITH_IMAGES)
})
afterAll(async () => world[Symbol.asyncDispose]())

const ANYWHERE = { kind: '', projectName: '', projectVersion: '', cursor: '', limit: 0 }
const amd64 = { platform: 'linux/amd64', digest: sha256(Buffer.from('amd64')) }
const arm64 = { platform: 'linux/arm64/v8', digest: sha256(Buffer.from('arm64')) }
const listed = { 'chainloop.material.image.platforms': formatPlatforms([amd64, arm64]) }

function inRegistry(name: string, kind: Material['kind'], annotations = {}): Material {
  const digest = sha256(Buffer.from(name))
  const repository = `ghcr.io/acme/${name}`
  return {
    name,
    kind,
    digest,
    what: { type: 'image', image: { repository, digest, tag: 'v1', hasLatestTag: false } },
    uploaded: false,
    inline: false,
    output: true,
    required: false,
    annotations,
    addedAt: new Date(),
  }
}

async function store(more: Material, statement?: (statement: Loose) => void): Promise<string> {
  const opened = await world.open()
  const materials = [...(await honestMaterials(world, opened)), more]
  const options = { materials, ...(statement && { statement }) }
  return storeBundle(world, opened, await craftBundle(world, opened, options))
}

test('every image of an index is a subject, and leads to the attestation', async () => {
  let names: string[] = []
  const digest = await store(inRegistry('image', 'CONTAINER_IMAGE', listed), ({ subject }) => {
    names = subject.map((each: Loose) => `${each.name}@sha256:${each.digest.sha256}`)
  })

  expect(names.slice(-3)).toEqual([
    `ghcr.io/acme/image@${sha256(Buffer.from('image'))}`,
    `ghcr.io/acme/image@${amd64.digest}`,
    `ghcr.io/acme/image@${arm64.digest}`,
  ])
  for (const platform of [amd64, arm64]) {
    const found = await discover(world, world.operator, { ...ANYWHERE, digest: platform.digest })
    expect(JSON.stringify(found)).toContain(digest)
  }
})

test('a chart in a registry is the job’s word, and a subject', async () => {
  await expect(store(inRegistry('chart', 'HELM_CHART'))).resolves.toMatch(/^sha256:/)
})

const image = (statement: Loose): Loose =>
  statement.predicate.materials.find(
    (each: Loose) => each.annotations['chainloop.material.name'] === 'image',
  )

test.each<[string, (statement: Loose) => void, RegExp]>([
  ['leaves out an image of its index', ({ subject }) => subject.pop(), /subject\[5\]/],
  ['adds one', ({ subject }) => subject.push({ ...subject[4] }), /subject\[6\]/],
  [
    'renames a platform',
    ({ subject }) =>
      (subject[4].annotations['chainloop.material.image.platform'] = 'windows/amd64'),
    /subject\[4\]/,
  ],
  [
    'lists nonsense',
    (statement) => (image(statement).annotations['chainloop.material.image.platforms'] = '["x"]'),
    /image\.platforms lists no platforms/,
  ],
])('a statement that %s is refused', async (_, lie, named) => {
  await expect(store(inRegistry('image', 'CONTAINER_IMAGE', listed), lie)).toFailWith(
    'invalid',
    named,
  )
})

test('platforms of what is no image are refused', async () => {
  const lie = ({ predicate }: Loose): void => {
    predicate.materials.find(({ name }: Loose) => name === 'sbom.bin').annotations[
      'chainloop.material.image.platforms'
    ] = formatPlatforms([amd64])
  }

  await expect(store(inRegistry('image', 'CONTAINER_IMAGE'), lie)).toFailWith(
    'invalid',
    /image\.platforms/,
  )
})
