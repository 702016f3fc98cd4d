import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { expect, test } from '@jest/globals'

import { inspectMaterial } from './craft.ts'
import type { Inspection } from './crafter.ts'
import { fileEvidence, jsonEvidence } from './evidence.test.fixture.ts'

const testdata = process.env['CHAINLOOP_TESTDATA']
const maybe = testdata ? test : test.skip
const bom = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 }
const cyclonedx = async (fields: object): Promise<Inspection> =>
  inspectMaterial('SBOM_CYCLONEDX_JSON', jsonEvidence({ ...bom, ...fields }))
const spdx = async (fields: object): Promise<Inspection> =>
  inspectMaterial(
    'SBOM_SPDX_JSON',
    jsonEvidence({
      spdxVersion: 'SPDX-2.3',
      SPDXID: 'SPDXRef-DOCUMENT',
      dataLicense: 'CC0-1.0',
      name: 'web',
      documentNamespace: 'https://acme.example/web',
      creationInfo: {
        created: '2026-08-01T00:00:00Z',
        creators: ['Tool: spdx-gen-1.0.0', 'Tool: ', 'Tool: scanner', 'Person: x-y'],
      },
      ...fields,
    }),
  )
const component = { type: 'library', name: 'left-pad', version: '1.0.0' }

test.each([
  [{ version: 0 }, 'version is less than 1'],
  [{ bomFormat: 'cyclonedx' }, 'bomFormat is not "CycloneDX"'],
  [{ specVersion: '' }, 'specVersion is empty'],
  [{ specVersion: '9.9' }, 'version 9.9 of the specification, which is not known'],
  [{ components: 'all' }, 'violates the schema of CycloneDX 1.5: /components must be array'],
  [{ components: [{ name: 'x' }] }, "/components/0 must have required property 'type'"],
  [{ invented: 1 }, 'must NOT have additional properties ("invented")'],
  [{ vulnerabilities: [{ cwes: 'x' }] }, '/vulnerabilities/0/cwes must be array'],
  [{ services: [{ name: 'a' }, { name: 'a' }] }, '/services must not have the same item twice'],
  [{ metadata: { tools: 7 } }, '/metadata/tools'],
])('a CycloneDX document with %j is refused: %s', async (fields, message) => {
  await expect(cyclonedx(fields)).rejects.toThrow(message)
})

test.each([
  [{ components: [component, { ...component }] }, 'components are listed twice'],
  [{ vulnerabilities: [{ id: 'CVE-1', cwes: null }] }, 'the cwes of a vulnerability are null'],
])('two well-known mistakes are tolerated: %j', async (fields, defect) => {
  expect((await cyclonedx(fields)).defects).toEqual([defect])
})

test('a tolerated mistake does not excuse another one', async () => {
  await expect(cyclonedx({ components: [component, component], invented: 1 })).rejects.toThrow(
    '"invented"',
  )
})

test('without strict validation a violated schema is a defect, and a document that is no BOM is still refused', async () => {
  const lenient = async (fields: object): Promise<Inspection> =>
    inspectMaterial('SBOM_CYCLONEDX_JSON', jsonEvidence({ ...bom, ...fields }), { strict: false })

  expect((await lenient({ invented: 1 })).defects).toEqual([
    expect.stringContaining('violates the schema'),
  ])
  await expect(lenient({ bomFormat: 'x' })).rejects.toThrow('bomFormat')
})

test('a CycloneDX document says which tools made it and what it is about', async () => {
  const { annotations, mainComponent } = await cyclonedx({
    metadata: {
      tools: {
        components: [
          { type: 'application', name: 'syft', version: '1.2' },
          { type: 'application', name: 'x' },
        ],
      },
      component: {
        type: 'container',
        name: 'ghcr.io:5000/acme/web:v1',
        properties: [
          { name: 'aquasecurity:trivy:RepoDigest', value: 'ghcr.io/acme/web@sha256:ab' },
        ],
      },
    },
    vulnerabilities: [],
  })

  expect(annotations).toMatchObject({
    'chainloop.material.tool.name': 'syft',
    'chainloop.material.tool.version': '1.2',
    'chainloop.material.tools': '["syft@1.2","x"]',
    'chainloop.material.sbom.vulnerabilities_report': 'true',
  })
  expect(mainComponent).toEqual({
    name: 'ghcr.io:5000/acme/web',
    version: 'sha256:ab',
    type: 'container',
  })
})

test('the tools of CycloneDX 1.4 are a list', async () => {
  const { annotations } = await cyclonedx({
    specVersion: '1.4',
    metadata: { tools: [{ name: 'syft', version: '0.7' }] },
  })

  expect(annotations['chainloop.material.tools']).toBe('["syft@0.7"]')
})

test('a list of a hundred thousand components is checked in linear time', async () => {
  const components = Array.from({ length: 100_000 }, (_, index) => ({
    ...component,
    version: `1.0.${index}`,
  }))
  const started = performance.now()

  expect((await cyclonedx({ components })).defects).toEqual([])
  expect(performance.now() - started).toBeLessThan(30_000)
})

test.each([
  [{ spdxVersion: 'SPDX-3.0' }, 'spdxVersion is "SPDX-3.0"'],
  [{ SPDXID: 'x' }, 'SPDXID is not SPDXRef-DOCUMENT'],
  [{ name: undefined }, 'name is not a string but missing'],
  [{ documentNamespace: '' }, 'documentNamespace is empty'],
  [{ creationInfo: {} }, 'creationInfo.created is not a string but missing'],
  [{ packages: {} }, 'packages is not a list but an object'],
  [{ packages: [{ name: 'a' }] }, 'packages[0].SPDXID is not a string but missing'],
  [{ packages: [{ name: 'a', SPDXID: 'a b' }] }, 'packages[0].SPDXID is not SPDXRef-'],
  [{ relationships: [{}] }, 'relationships[0].spdxElementId is not a string but missing'],
])('an SPDX document with %j is refused: %s', async (fields, message) => {
  await expect(spdx(fields)).rejects.toThrow(message)
})

test('an SPDX document says which tools made it', async () => {
  expect((await spdx({})).annotations).toMatchObject({
    'chainloop.material.tool.name': 'spdx',
    'chainloop.material.tool.version': 'gen-1.0.0',
    'chainloop.material.tools': '["spdx@gen-1.0.0","scanner"]',
  })
})

test.each([
  [
    'DESCRIBES',
    {
      relationships: [
        {
          spdxElementId: 'SPDXRef-DOCUMENT',
          relationshipType: 'DESCRIBES',
          relatedSpdxElement: 'SPDXRef-b',
        },
      ],
    },
  ],
  [
    'DESCRIBED_BY',
    {
      relationships: [
        {
          spdxElementId: 'SPDXRef-b',
          relationshipType: 'DESCRIBED_BY',
          relatedSpdxElement: 'SPDXRef-DOCUMENT',
        },
      ],
    },
  ],
  ['documentDescribes', { documentDescribes: ['SPDXRef-b'] }],
])('what an SPDX document is about is found by %s', async (_, fields) => {
  const packages = [
    { name: 'a', SPDXID: 'SPDXRef-a' },
    {
      name: 'acme/web:v1',
      SPDXID: 'SPDXRef-b',
      versionInfo: 'v1',
      primaryPackagePurpose: 'CONTAINER',
    },
  ]

  expect((await spdx({ ...fields, packages })).mainComponent).toEqual({
    name: 'acme/web',
    version: 'v1',
    type: 'container',
  })
  expect((await spdx({ packages })).mainComponent).toBeUndefined()
})

test('the schemas are those that the CycloneDX library publishes', () => {
  const require = createRequire(import.meta.url)
  const published = join(
    dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')),
    'res/schema',
  )
  const ours = new URL('schemas/cyclonedx/', import.meta.url).pathname
  const names = readdirSync(ours)

  expect(names.length).toBeGreaterThanOrEqual(9)
  for (const name of names) {
    const original = readFileSync(
      join(published, name.replace('.schema.', '.SNAPSHOT.schema.')),
      'utf8',
    )
    expect(readFileSync(join(ours, name), 'utf8') === original).toBe(true)
  }
})

maybe('every example SBOM gets the verdict that its name states', async () => {
  const folder = join(testdata ?? '', 'materials')
  const names = readdirSync(folder).filter((name) => name.startsWith('sbom'))
  const verdicts = await Promise.all(
    names.map(async (name) => {
      const kind = name.includes('spdx') ? 'SBOM_SPDX_JSON' : 'SBOM_CYCLONEDX_JSON'
      const verdict = await inspectMaterial(kind, fileEvidence(join(folder, name))).then(
        () => 'valid',
        () => 'invalid',
      )
      return [name, verdict]
    }),
  )

  expect(names.length).toBeGreaterThan(8)
  expect(
    verdicts.filter(([name, verdict]) => name?.includes('invalid') !== (verdict === 'invalid')),
  ).toEqual([])
})

maybe('the main component and tools of real SBOMs are found', async () => {
  const folder = join(testdata ?? '', 'materials')
  const syft = await inspectMaterial(
    'SBOM_CYCLONEDX_JSON',
    fileEvidence(join(folder, 'sbom.cyclonedx-1.5.json')),
  )
  const image = await inspectMaterial(
    'SBOM_SPDX_JSON',
    fileEvidence(join(folder, 'sbom-spdx-container.json')),
  )

  expect(syft.mainComponent).toEqual({
    name: 'ghcr.io/chainloop-dev/chainloop/control-plane',
    version: 'v0.55.0',
    type: 'container',
  })
  expect(syft.annotations['chainloop.material.tools']).toBe('["syft@0.101.1"]')
  expect(image.mainComponent?.name).toBe('ghcr.io/chainloop-dev/chainloop/control-plane')
  expect(image.mainComponent?.type).toBe('container')
})
