import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { expect, test } from '@jest/globals'

import { attach, judgeMaterial, judgeStatement, settings } from './testing/evaluating.ts'

const folder = process.env['CHAINLOOP_TESTDATA']
const maybe = folder === undefined ? test.skip : test

const read = (...path: string[]): string =>
  readFileSync(join(folder ?? '', 'policies', ...path), 'utf8')

const day = 24 * 60 * 60 * 1000

interface Case {
  readonly policy: string
  readonly kind: MaterialKind
  readonly content: object | string
  readonly with?: Record<string, string>
  readonly selector?: string
  readonly messages: readonly string[]
  readonly skipped?: boolean
}

const bom = (more: object): object => ({ bomFormat: 'CycloneDX', specVersion: '1.5', ...more })
const component = (more: object): object => ({
  type: 'library',
  name: 'a',
  version: '1.0.0',
  ...more,
})
const at = (days: number): string => new Date(settings.now.getTime() - days * day).toISOString()

const cases: readonly Case[] = [
  {
    policy: 'sbom/cyclonedx-freshness.yaml',
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({ metadata: { timestamp: at(31) } }),
    messages: [expect.stringMatching(/30 days/) as unknown as string],
  },
  {
    policy: 'sbom/cyclonedx-freshness.yaml',
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({ metadata: { timestamp: at(1) } }),
    messages: [],
  },
  {
    policy: 'sbom/cyclonedx-banned-packages.yaml',
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({ components: [component({ name: 'log4j', version: '2.14.0' })] }),
    messages: ['Banned package: log4j 2.14.0'],
  },
  {
    policy: 'sbom/cyclonedx-banned-packages.yaml',
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({ components: [component({ name: 'log4j', version: '2.15.0' })] }),
    messages: [],
  },
  {
    policy: 'sarif-errors.yaml',
    kind: 'SARIF',
    content: { runs: [{ results: [{ level: 'error' }] }] },
    messages: ['There are errors in the SARIF report'],
  },
  {
    policy: 'sarif-errors.yaml',
    kind: 'SARIF',
    content: { runs: [{ results: [{ level: 'note' }] }] },
    messages: [],
  },
  {
    policy: 'trivy-vulns.yaml',
    kind: 'EVIDENCE',
    selector: 'material',
    content: { Results: [{ Vulnerabilities: [{ Severity: 'HIGH' }] }] },
    messages: ['CVE report has vulnerabilities with severity MEDIUM or HIGH'],
  },
  {
    policy: 'sbom/cyclonedx-required-packages.yaml',
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({ components: [component({ name: 'glibc' })] }),
    messages: ['missing package: libcrypto3'],
  },
  {
    policy: 'sbom/cyclonedx-licenses.yaml',
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({
      components: [component({ purl: 'pkg:npm/b' }), component({ purl: 'pkg:npm/a' })],
    }),
    messages: ['Missing licenses for pkg:npm/a, pkg:npm/b'],
  },
  {
    policy: 'sbom/cyclonedx-licenses.yaml',
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({ components: [] }),
    messages: [],
    skipped: true,
  },
  {
    policy: 'sbom/spdx-sbom-syft.yaml',
    kind: 'SBOM_SPDX_JSON',
    content: { creationInfo: { creators: ['Tool: other'] } },
    messages: ['Not made with syft'],
  },
  {
    policy: 'sbom/spdx-sbom-syft.yaml',
    kind: 'SBOM_SPDX_JSON',
    content: { creationInfo: { creators: ['Tool: syft-1.2'] } },
    messages: [],
  },
  ...(['sbom-freshness/policy.yaml', 'quickstart/cdx-fresh.yaml'] as const).map((policy): Case => ({
    policy,
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({ metadata: { timestamp: at(40) } }),
    messages: [expect.stringMatching(/too old .*30 days/) as unknown as string],
  })),
  {
    policy: 'sbom-freshness/policy.yaml',
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({ metadata: { timestamp: at(40) } }),
    with: { freshness_days: '50' },
    messages: [],
  },
  {
    policy: 'sbom-freshness/policy.yaml',
    kind: 'SBOM_CYCLONEDX_JSON',
    content: bom({ metadata: {} }),
    messages: ['SBOM metadata.timestamp field is missing or null'],
  },
  {
    policy: 'json-field-validator/policy.yaml',
    kind: 'EVIDENCE',
    content: { application: { name: 'web', version: '2' } },
    with: { required_field: 'application.name', expected_value: 'web' },
    messages: [],
  },
  {
    policy: 'json-field-validator/policy.yaml',
    kind: 'EVIDENCE',
    content: { application: { name: 'web', version: '2' } },
    with: { required_field: 'application.name', expected_value: 'api', field_pattern: '^a' },
    messages: [
      "Field 'application.name' is 'web', expected 'api'",
      "Field 'application.name' value 'web' does not match pattern '^a'",
    ],
  },
  {
    policy: 'json-field-validator/policy.yaml',
    kind: 'EVIDENCE',
    content: { application: {} },
    // A value of null is one that is there, in Rego, whatever the message of the example promises.
    with: { required_field: 'application.name' },
    messages: [],
  },
  {
    // A path without a dot stands for the whole document: a defect of the example.
    policy: 'json-field-validator/policy.yaml',
    kind: 'EVIDENCE',
    content: { name: 'web' },
    with: { required_field: 'name', expected_value: 'web' },
    messages: [expect.stringMatching(/^Field 'name' is '\{.*expected 'web'$/) as unknown as string],
  },
]

const refOf = (policy: string) => ({ ref: `file://${policy}` })
const filesOf = (policy: string) => ({ files: { [`file://${policy}`]: read(policy) } })

maybe.each(cases)('$policy judges as its table says (%#)', async (one) => {
  const { policy, kind, content, messages, skipped = false, selector } = one
  const attachment = attach({
    ...refOf(policy),
    with: one.with ?? {},
    ...(selector !== undefined && { selector: { name: selector, matchMode: 'EXACT' } }),
  })
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  const evaluations = await judgeMaterial(
    { materials: [attachment] },
    { kind, content: text },
    filesOf(policy),
  )

  expect(evaluations).toHaveLength(1)
  expect(evaluations[0]).toMatchObject({ skipped })
  expect(evaluations[0]?.violations.map(({ message }) => message)).toEqual(messages)
})

const statement = (more: object, subject: readonly object[] = []): object => ({
  predicateType: 'chainloop.dev/attestation/v0.2',
  subject,
  predicate: more,
})
const material = (kind: string): object => ({
  annotations: { 'chainloop.material.type': kind },
})

maybe.each<[string, object, string[]]>([
  [
    'sbom/sbom-present.yaml',
    statement({ materials: [material('SARIF')] }),
    ['missing SBOM material'],
  ],
  ['sbom/sbom-present.yaml', statement({ materials: [material('SBOM_SPDX_JSON')] }), []],
  ['chainloop-commit.yaml', statement({}), ['missing commit in attestation material']],
  [
    'chainloop-commit.yaml',
    statement({}, [{ name: 'git.head', digest: { sha1: 'ab'.repeat(20) } }]),
    [],
  ],
  [
    'chainloop-qa.yaml',
    statement({ annotations: { approval: 'true' }, materials: [material('CONTAINER_IMAGE')] }),
    [],
  ],
  [
    'chainloop-qa.yaml',
    statement({ materials: [material('CONTAINER_IMAGE')] }),
    ['Container image is not approved'],
  ],
])('%s judges attestations as its table says (%#)', async (policy, document, messages) => {
  const evaluations = await judgeStatement([attach(refOf(policy))], document, {
    [`file://${policy}`]: read(policy),
  })

  expect(evaluations).toHaveLength(1)
  expect(evaluations[0]?.violations.map((violation) => violation.message)).toEqual(messages)
})

maybe('the policy that names an undefined variable does not compile', async () => {
  const policy = 'sbom/cyclonedx-banned-licenses.yaml'
  const judged = judgeMaterial(
    { materials: [attach(refOf(policy))] },
    { kind: 'SBOM_CYCLONEDX_JSON', content: '{}' },
    filesOf(policy),
  )

  await expect(judged).rejects.toMatchObject({
    name: 'InvalidScript',
    message: expect.stringContaining('license') as unknown,
  })
})

maybe('a version that is no version ends the evaluation that compares it', async () => {
  const policy = 'sbom/cyclonedx-banned-packages.yaml'
  const content = JSON.stringify(bom({ components: [component({ name: 'log4j', version: 'x' })] }))
  const judged = judgeMaterial(
    { materials: [attach(refOf(policy))] },
    { kind: 'SBOM_CYCLONEDX_JSON', content },
    filesOf(policy),
  )

  await expect(judged).rejects.toMatchObject({ name: 'ScriptFailed' })
})

maybe('a host that nobody allowed is refused, and named', async () => {
  const policy = 'http-hostname-validation/policy.yaml'
  const fetch = async (): Promise<never> => Promise.reject(new Error('asked'))
  const judged = judgeMaterial(
    { materials: [attach(refOf(policy))] },
    { kind: 'EVIDENCE', content: '{}' },
    { ...filesOf(policy), grants: { ...settings.grants, fetch } },
  )

  await expect(judged).rejects.toMatchObject({
    message: expect.stringContaining('unallowed host: app.chainloop.dev') as unknown,
  })
})

maybe('content that is no JSON has no verdict', async () => {
  const policy = 'json-field-validator/policy.yaml'
  const judged = judgeMaterial(
    { materials: [attach({ ...refOf(policy), with: { required_field: 'a' } })] },
    { kind: 'EVIDENCE', content: read('json-field-validator', 'testdata', 'invalid.json') },
    filesOf(policy),
  )

  await expect(judged).rejects.toMatchObject({ name: 'UnreadableMaterial' })
})
