import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { sha256 } from '../digest.ts'
import { inspectMaterial, recognizeKind } from './craft.ts'
import { InvalidMaterial } from './crafter.ts'
import {
  bytesEvidence,
  fileEvidence,
  hugeEvidence,
  jsonEvidence,
  valueEvidence,
} from './evidence.test.fixture.ts'
import type { Evidence } from './evidence.ts'
import {
  DETECTION_ORDER,
  MATERIAL_KIND_NUMBERS,
  isMaterialKind,
  materialKindOf,
} from './material-kind.ts'
import type { MaterialKind } from './material-kind.ts'

const testdata = process.env['CHAINLOOP_TESTDATA']
const maybe = testdata ? test : test.skip
const file = (name: string): Evidence => fileEvidence(join(testdata ?? '', 'materials', name))
const kinds = Object.keys(MATERIAL_KIND_NUMBERS) as MaterialKind[]
/** Kinds of which any content is one. */
const undemanding: ReadonlySet<MaterialKind> = new Set([
  'STRING',
  'CONTAINER_IMAGE',
  'ARTIFACT',
  'EVIDENCE',
  'RADAMSA_CRASHES',
])
const documentKinds = kinds.filter((kind) => !undemanding.has(kind))
const mayBeEmpty: ReadonlySet<MaterialKind> = new Set([
  'CONTAINER_IMAGE',
  'TRUFFLEHOG_JSON',
  'RADAMSA_REPORT',
])

async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (cause) {
    if (cause instanceof InvalidMaterial) return `${cause.reason}: ${cause.message}`
    throw cause
  }
  return 'accepted'
}

const cyclonedx = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 }
const spdx = {
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  dataLicense: 'CC0-1.0',
  name: 'web',
  documentNamespace: 'https://acme.example/web',
  creationInfo: { created: '2026-08-01T00:00:00Z', creators: ['Tool: syft-1.0'] },
}
const report = {
  version: '2.1.0',
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  runs: [{ tool: { driver: { name: 'eslint', version: '9' } }, results: [] }],
}

test('every kind has one number', () => {
  expect(Object.keys(MATERIAL_KIND_NUMBERS)).toHaveLength(42)
  for (const [name, number] of Object.entries(MATERIAL_KIND_NUMBERS)) {
    expect([materialKindOf(number), isMaterialKind(name)]).toEqual([name, true])
  }
  expect(new Set(DETECTION_ORDER).size).toBe(31)
  expect(isMaterialKind('constructor')).toBe(false)
})

test('each piece of evidence is recognised for what it is', async () => {
  const kindOf = async (evidence: Evidence): Promise<string> => (await recognizeKind(evidence)).kind

  expect(await kindOf(jsonEvidence(cyclonedx))).toBe('SBOM_CYCLONEDX_JSON')
  expect(await kindOf(jsonEvidence(spdx))).toBe('SBOM_SPDX_JSON')
  expect(await kindOf(jsonEvidence(report))).toBe('SARIF')
  expect(await kindOf(bytesEvidence('<testsuites><testsuite name="a"/></testsuites>'))).toBe(
    'JUNIT_XML',
  )
  expect(await kindOf(bytesEvidence(Buffer.of(0, 1, 2)))).toBe('ARTIFACT')
  expect(await kindOf(jsonEvidence({ any: 'thing' }))).toBe('ARTIFACT')
  expect(await kindOf(valueEvidence('v1.4.0'))).toBe('STRING')
  expect(await kindOf(valueEvidence(JSON.stringify(cyclonedx)))).toBe('STRING')
})

test('an image that the registry has is recognised before a string', async () => {
  const digest = sha256(Buffer.from('manifest'))
  const image = { repository: 'ghcr.io/acme/web', digest, hasLatestTag: false }
  const evidence = { ...valueEvidence('ghcr.io/acme/web:v1'), image }

  expect((await recognizeKind(evidence)).kind).toBe('CONTAINER_IMAGE')
  expect(
    await refusalOf(inspectMaterial('CONTAINER_IMAGE', valueEvidence('ghcr.io/acme/web'))),
  ).toContain('names no image that was found')
})

test('an image of several platforms lists them, one of the tag latest is warned about', async () => {
  const digest = sha256(Buffer.from('index'))
  const amd64 = { platform: 'linux/amd64', digest: sha256(Buffer.from('amd64')) }
  const arm64 = { platform: 'linux/arm64/v8', digest: sha256(Buffer.from('arm64')) }
  const image = { repository: 'ghcr.io/acme/web', digest, tag: 'latest', hasLatestTag: true }
  const evidence = {
    ...valueEvidence('ghcr.io/acme/web'),
    image: { ...image, platforms: [amd64, arm64] },
  }

  const { annotations, defects } = await inspectMaterial('CONTAINER_IMAGE', evidence)

  expect(JSON.parse(annotations['chainloop.material.image.platforms'] ?? '')).toEqual([
    `linux/amd64@${amd64.digest}`,
    `linux/arm64/v8@${arm64.digest}`,
  ])
  expect(defects).toEqual([expect.stringContaining('names another image tomorrow')])
})

test('files and strings say how large they are, images have no size', async () => {
  const size = async (kind: MaterialKind, evidence: Evidence): Promise<string | undefined> =>
    (await inspectMaterial(kind, evidence)).annotations['chainloop.material.size']

  expect(await size('ARTIFACT', bytesEvidence('abc'))).toBe('3')
  expect(await size('STRING', valueEvidence('é'))).toBe('2')
  expect(await size('SARIF', jsonEvidence(report))).toBe(String(JSON.stringify(report).length))
})

test.each(kinds.filter((kind) => !mayBeEmpty.has(kind)))('an empty %s is refused', async (kind) => {
  const evidence = kind === 'STRING' ? valueEvidence('') : bytesEvidence('')

  expect(await refusalOf(inspectMaterial(kind, evidence))).toMatch(/^empty: .*empty/)
})

test('an empty file is not taken for anything', async () => {
  expect(await refusalOf(recognizeKind(bytesEvidence('')))).toBe('empty: file is empty')
})

test('a document of 100 MiB is refused, not taken for an artifact', async () => {
  expect(await refusalOf(recognizeKind(hugeEvidence('{', 100 * 1024 * 1024)))).toMatch(
    /^too_large: huge is larger than 64 MiB/,
  )
})

test('a binary of ten gigabytes is an artifact, recognised by its first bytes', async () => {
  expect((await recognizeKind(hugeEvidence('\u007fELF', 10 * 1024 ** 3))).kind).toBe('ARTIFACT')
})

const hostile: [string, string | Uint8Array][] = [
  ['not text', Buffer.of(0xff, 0xfe, 0x00, 0xd8)],
  ['half a document', '{"bomFormat": "CycloneDX"'],
  ['a null', 'null'],
  ['a list of nothing', '[null]'],
  ['deep nesting', '{"runs":'.repeat(100_000)],
  ['many brackets', '['.repeat(1_000_000)],
  ['NUL bytes', '\0\0\0'],
  ['a NUL in a document', '{"bomFormat": "Cyclo\0neDX"}'],
  [
    'invalid UTF-8 in a string',
    Buffer.concat([Buffer.from('{"a": "'), Buffer.of(0xff), Buffer.from('"}')]),
  ],
  ['duplicate keys', '{"version": "2.1.0", "version": "2.1.0"}'],
  ['a prototype', '{"__proto__": {"version": "2.1.0"}}'],
  ['deep XML', '<a>'.repeat(100_000)],
  [
    'an entity bomb',
    '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><testsuites><testsuite name="&c;"/></testsuites>',
  ],
  [
    'an external entity',
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><testsuites><testsuite>&b;</testsuite></testsuites>',
  ],
]

test.each(
  documentKinds.flatMap((kind) => hostile.map(([name, content]) => [kind, name, content] as const)),
)('%s: %s is refused in a short time', async (kind, _, content) => {
  const started = performance.now()

  expect(await refusalOf(inspectMaterial(kind, bytesEvidence(content)))).toMatch(/^invalid: file/)
  expect(performance.now() - started).toBeLessThan(30_000)
})

test('whatever a file holds, it is either accepted or refused with a reason', async () => {
  const content = fc.oneof(fc.uint8Array(), fc.json(), fc.string())
  await fc.assert(
    fc.asyncProperty(content, fc.constantFrom(...documentKinds), async (bytes, kind) => {
      const evidence = bytesEvidence(typeof bytes === 'string' ? bytes : Buffer.from(bytes))
      expect(await refusalOf(inspectMaterial(kind, evidence))).toMatch(
        /^(?:(?:invalid|empty): |accepted$)/,
      )
    }),
    { numRuns: 300 },
  )
})

const examples: [string, string][] = [
  ['sbom.cyclonedx.json', 'SBOM_CYCLONEDX_JSON'],
  ['sbom.cyclonedx-1.5.json', 'SBOM_CYCLONEDX_JSON'],
  ['sbom.cyclonedx-1.5-null-cwes.json', 'SBOM_CYCLONEDX_JSON'],
  ['sbom-spdx-container.json', 'SBOM_SPDX_JSON'],
  ['report-control-chars.sarif', 'SARIF'],
  ['checkmarx-multi-run.sarif', 'SARIF'],
  ['simple.txt', 'ARTIFACT'],
  ['random.json', 'ARTIFACT'],
]

maybe.each(examples)('the example %s is recognised as %s', async (name, kind) => {
  expect(existsSync(join(testdata ?? '', 'materials', name))).toBe(true)
  expect((await recognizeKind(file(name))).kind).toBe(kind)
})
