import { createHash } from 'node:crypto'

import { expect, test } from '@jest/globals'

import type { ControlPlane } from '../control-plane.ts'
import { allMaterials, materialsFor } from './materials.ts'

const source = {
  job: { id: 'j', deliveryId: 'd' },
  signal: new AbortController().signal,
  controlPlane: {
    async *readMaterial() {
      yield Buffer.from('bytes of ')
      yield Buffer.from('the store')
    },
  } satisfies Pick<ControlPlane, 'readMaterial'> as unknown as ControlPlane,
}

const digestOf = (content: string) => ({
  sha256: createHash('sha256').update(content).digest('hex'),
})

const sbom = (fields: object, annotations: object = {}): object => ({
  name: 'sbom.json',
  digest: digestOf('bytes of the store'),
  annotations: {
    'chainloop.material.name': 'sbom',
    'chainloop.material.type': 'SBOM_CYCLONEDX_JSON',
    tier: 'gold',
    ...annotations,
  },
  ...fields,
})

const wanted = (materials: object[]) =>
  materialsFor(
    { subscribedMaterials: ['SBOM_CYCLONEDX_JSON'] },
    allMaterials({ predicate: { materials } }, source),
  )

test('a plugin gets the kinds that it wants, inline or from the store', async () => {
  const [inline, stored, ...rest] = wanted([
    sbom({ content: Buffer.from('inline').toString('base64'), digest: digestOf('inline') }),
    sbom({}, { 'chainloop.material.cas': true }),
    sbom({}, { 'chainloop.material.type': 'JUNIT_XML' }),
    { nonsense: true },
  ])

  expect(rest).toEqual([])
  expect(inline).toMatchObject({
    name: 'sbom',
    fileName: 'sbom.json',
    annotations: { tier: 'gold' },
  })
  expect(String(await inline?.read(100))).toBe('inline')
  expect(String(await stored?.read(100))).toBe('bytes of the store')
})

test('too much and what was not stored end the delivery', async () => {
  const [stored, missing] = wanted([sbom({}, { 'chainloop.material.cas': true }), sbom({})])

  await expect(stored?.read(5)).rejects.toMatchObject({ errorClass: 'permanent' })
  await expect(missing?.read(5)).rejects.toThrow('was not stored')
})

test('a statement without materials has none', () => {
  expect(allMaterials({}, source)).toEqual([])
})

test('content that is not what the digest says is no content', async () => {
  const [inline] = wanted([sbom({ content: Buffer.from('other').toString('base64') })])

  await expect(inline?.read(100)).rejects.toThrow('is not what its digest says')
})

test('a plugin that wants all kinds gets all', () => {
  const everything = materialsFor(
    { subscribedMaterials: ['*'] },
    allMaterials(
      {
        predicate: { materials: [sbom({}), sbom({}, { 'chainloop.material.type': 'JUNIT_XML' })] },
      },
      source,
    ),
  )

  expect(everything.map(({ kind }) => kind)).toEqual(['SBOM_CYCLONEDX_JSON', 'JUNIT_XML'])
})
