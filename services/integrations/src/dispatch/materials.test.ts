import { expect, test } from '@jest/globals'

import type { ControlPlane } from '../control-plane.ts'
import { materialsFor } from './materials.ts'

const source = {
  job: { id: 'j', deliveryId: 'd' },
  signal: new AbortController().signal,
  controlPlane: {
    async *readMaterial(_job, { digest }) {
      yield Buffer.from('bytes of ')
      yield Buffer.from(digest)
    },
  } satisfies Pick<ControlPlane, 'readMaterial'> as unknown as ControlPlane,
}

const sbom = (fields: object, annotations: object = {}): object => ({
  name: 'sbom.json',
  digest: { sha256: 'ab' },
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
    { predicate: { materials } },
    source,
  )

test('a plugin gets the kinds that it wants, inline or from the store', async () => {
  const [inline, stored, ...rest] = wanted([
    sbom({ content: Buffer.from('inline').toString('base64') }),
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
  expect(String(await stored?.read(100))).toBe('bytes of sha256:ab')
})

test('too much and what was not stored end the delivery', async () => {
  const [stored, missing] = wanted([sbom({}, { 'chainloop.material.cas': true }), sbom({})])

  await expect(stored?.read(5)).rejects.toMatchObject({ errorClass: 'permanent' })
  await expect(missing?.read(5)).rejects.toThrow('was not stored')
})

test('a statement without materials has none', () => {
  expect(materialsFor({ subscribedMaterials: ['X'] }, {}, source)).toEqual([])
})
