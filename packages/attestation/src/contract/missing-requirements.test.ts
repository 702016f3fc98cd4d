import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { mergeAnnotations } from './merge-annotations.ts'
import { describeRequirement, missingRequirements } from './missing-requirements.ts'
import type { Presented } from './missing-requirements.ts'
import { parseContract } from './parse-contract.ts'

const { contract } = parseContract(
  new TextEncoder().encode(`
schemaVersion: v1
materials:
  - {type: ARTIFACT, name: binary, annotations: [{name: component}, {name: tier, value: gold}]}
  - {type: SARIF, name: scan, optional: true}
  - {type: SBOM_CYCLONEDX_JSON, name: cyclonedx, group: sbom}
  - {type: SBOM_SPDX_JSON, name: spdx, group: sbom, optional: true}
  - {type: STRING, name: constructor}
envAllowList: [CUSTOM, HOME]
annotations: [{name: version}, {name: team, value: web}]
`),
)
const nothing: Presented = { materials: [], annotations: {}, env: {} }

test('everything that is missing is listed', () => {
  expect(missingRequirements(contract, nothing).map(describeRequirement)).toEqual([
    'the material "binary" (ARTIFACT) is missing',
    'the material "constructor" (STRING) is missing',
    'group "sbom": at least one of cyclonedx, spdx is required',
    'the annotation "version" has no value',
    'the environment variable CUSTOM has no value',
    'the environment variable HOME has no value',
  ])
})

test('a run that presents everything lacks nothing', () => {
  const materials = [
    { name: 'binary', annotations: { component: 'web' } },
    { name: 'spdx', annotations: {} },
    { name: 'constructor', annotations: {} },
  ]
  const presented = { materials, annotations: { version: '1' }, env: { CUSTOM: 'x', HOME: '/' } }

  expect(missingRequirements(contract, presented)).toEqual([])
})

test('a material without a value for its annotation is not complete', () => {
  const materials = [{ name: 'binary', annotations: { component: '' } }]

  expect(missingRequirements(contract, { ...nothing, materials })).toContainEqual({
    type: 'material-annotation',
    material: 'binary',
    annotation: 'component',
  })
})

test('what a run says never replaces what is said already', () => {
  const merged = mergeAnnotations(
    { size: '2', open: '' },
    [
      { name: 'size', value: '3' },
      { name: 'tier', value: 'gold' },
      { name: 'asset', value: '' },
    ],
    { size: '4', tier: 'silver', open: 'yes', extra: 'x' },
  )

  expect(merged).toEqual({
    annotations: { size: '2', tier: 'gold', open: 'yes', extra: 'x', asset: '' },
    ignored: ['size', 'tier'],
    missing: ['asset'],
  })
})

test('merging keeps every value that was there, whatever its name', () => {
  const words = fc.dictionary(fc.string(), fc.string({ minLength: 1 }))
  fc.assert(
    fc.property(words, words, (known, given) => {
      const { annotations, missing } = mergeAnnotations(known, [], given)
      expect(missing).toEqual([])
      expect(Object.entries(annotations)).toEqual(expect.arrayContaining(Object.entries(known)))
      expect(Object.keys(annotations).length).toBe(
        new Set([...Object.keys(known), ...Object.keys(given)]).size,
      )
    }),
  )
})
