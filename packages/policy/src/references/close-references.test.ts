import type { Contract } from '@chainloop/attestation/contract/contract'
import { parseContract } from '@chainloop/attestation/contract/parse-contract'
import { sha256 } from '@chainloop/attestation/digest'
import { expect, test } from '@jest/globals'

import { checkAttachments } from './check-attachments.ts'
import type { Load } from './close-references.ts'
import { closeReferences, ContractNotClosed } from './close-references.ts'
import { ReferenceRefused } from './locate.ts'

const head = (kind: string, name: string) =>
  `apiVersion: chainloop.dev/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n`
const policy = (name: string, script = 'embedded: "package main"', inputs = '[]') =>
  `${head('Policy', name)}  inputs: ${inputs}\n  policies:\n    - kind: SARIF\n      ${script}\n`

function contract(spec: string): Contract {
  return parseContract(Buffer.from(`${head('Contract', 'web')}${spec}`)).contract
}

/** What is asked for is counted; what is not there is refused. */
function folder(files: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const load: Load = async ({ location }) => {
    asked.push(location)
    const text = files[location]
    if (text === undefined) throw new ReferenceRefused('is not there')
    return Buffer.from(text)
  }
  return { asked, load }
}

const close = (spec: string, files: Readonly<Record<string, string>>) =>
  closeReferences(contract(spec).spec, folder(files).load)

async function problems(work: Promise<unknown>): Promise<readonly string[]> {
  try {
    await work
  } catch (cause) {
    if (cause instanceof ContractNotClosed) return cause.problems
    throw cause
  }
  throw new Error('it should have been refused')
}

const group = `${head('PolicyGroup', 'release')}  inputs: [{name: sbom, default: bom}]
  policies:
    materials:
      - type: SBOM_CYCLONEDX_JSON
        name: "{{ inputs.sbom }}"
        policies: [{ref: "file://../policies/fresh.yaml"}]
      - policies: [{ref: "https://policies.example/a/old.yaml"}]
    attestation:
      - embedded:
          apiVersion: chainloop.dev/v1
          kind: Policy
          metadata: {name: inline}
          spec: {policies: [{ref: inline.rego}]}
`

const files = {
  'file://groups/release.yaml': group,
  'file://policies/fresh.yaml': policy('fresh', 'ref: lib/fresh.rego'),
  'file://policies/lib/fresh.rego': 'package main',
  'file://groups/inline.rego': 'package inline',
  'https://policies.example/a/old.yaml': policy('old', 'path: ../old.rego'),
  'https://policies.example/old.rego': 'package old',
}

test('a group, its policies and their scripts are pinned, each relative to what refers to it', async () => {
  const { pins, documents } = await close(
    '  policyGroups: [{ref: "file://groups/release.yaml"}]',
    files,
  )

  expect(
    pins.map(({ kind, referrer, reference, location }) => [kind, referrer, reference, location]),
  ).toEqual([
    ['policy_group', '', 'file://groups/release.yaml', 'file://groups/release.yaml'],
    [
      'policy',
      'file://groups/release.yaml',
      'file://../policies/fresh.yaml',
      'file://policies/fresh.yaml',
    ],
    [
      'policy',
      'file://groups/release.yaml',
      'https://policies.example/a/old.yaml',
      'https://policies.example/a/old.yaml',
    ],
    ['script', 'file://groups/release.yaml', 'inline.rego', 'file://groups/inline.rego'],
    ['script', 'file://policies/fresh.yaml', 'lib/fresh.rego', 'file://policies/lib/fresh.rego'],
    [
      'script',
      'https://policies.example/a/old.yaml',
      '../old.rego',
      'https://policies.example/old.rego',
    ],
  ])
  for (const { digest, location, size } of pins) {
    const bytes = documents.get(digest)
    expect(bytes && sha256(bytes)).toBe(digest)
    expect(bytes?.length).toBe(size)
    expect(Buffer.from(bytes ?? []).toString()).toBe(files[location as keyof typeof files])
  }
})

test('each location is asked for once, however often it is referred to', async () => {
  const { asked, load } = folder({ 'file://p.yaml': policy('p') })
  const spec = `  policies:
    materials: [{ref: "file://p.yaml"}, {ref: "file://./p.yaml"}]
    attestation: [{ref: "file://p.yaml"}]`

  const { pins } = await closeReferences(contract(spec).spec, load)

  expect(asked).toEqual(['file://p.yaml'])
  expect(pins.map(({ reference }) => reference)).toEqual(['file://p.yaml', 'file://./p.yaml'])
})

test('what is left out is not followed and not pinned', async () => {
  const { pins } = await closeReferences(
    contract('  policies: {materials: [{ref: "https://p.example/p.yaml"}]}').spec,
    async () => undefined,
  )

  expect(pins).toEqual([])
})

test('a digest that the bytes do not have is refused, and both are named', async () => {
  const text = policy('p')
  const right = sha256(Buffer.from(text))
  const wrong = sha256(Buffer.from('other'))
  const referring = (digest: string) =>
    close(`  policies: {attestation: [{ref: "file://p.yaml@${digest}"}]}`, {
      'file://p.yaml': text,
    })

  expect((await referring(right)).pins[0]).toMatchObject({
    reference: 'file://p.yaml',
    digest: right,
  })
  expect(await problems(referring(wrong))).toEqual([
    `file://p.yaml is ${right}, not ${wrong} as the reference says`,
  ])
})

test('everything that cannot be had is named at once', async () => {
  const spec = '  policies: {materials: [{ref: "file://a.yaml"}, {ref: "file://b.yaml"}]}'

  expect(await problems(close(spec, {}))).toEqual([
    'file://a.yaml: is not there',
    'file://b.yaml: is not there',
  ])
})

test.each([
  [
    '  policyGroups: [{ref: "file://p.yaml"}]',
    { 'file://p.yaml': policy('p') },
    'must be PolicyGroup',
  ],
  [
    '  policies: {materials: [{ref: "file://g.yaml"}]}',
    { 'file://g.yaml': group },
    'must be Policy',
  ],
  [
    '  policies: {materials: [{ref: "file://p.yaml"}]}',
    { 'file://p.yaml': '{' },
    'file://p.yaml: line 1',
  ],
  [
    '  policies: {materials: [{ref: "file://p.yaml"}]}',
    { 'file://p.yaml': policy('p', 'ref: env://SECRET') },
    'env:// is not a place of policies',
  ],
  [
    '  policies: {materials: [{ref: "https://p.example/p.yaml"}]}',
    { 'https://p.example/p.yaml': policy('p', 'ref: "file:///etc/passwd"') },
    'a document from https://p.example/p.yaml refers to a local file',
  ],
  [
    '  policies: {materials: [{ref: "https://p.example/p.yaml"}]}',
    { 'https://p.example/p.yaml': policy('p', 'ref: "https://a:b@p.example/x.rego"') },
    'contains credentials',
  ],
  [
    '  policies: {attestation: [{embedded: {kind: Policy}}]}',
    {},
    'the contract: line 1, column 1, apiVersion: must be chainloop.dev/v1',
  ],
])('%s is refused', async (spec, given: Readonly<Record<string, string>>, message) => {
  expect((await problems(close(spec, given))).join()).toContain(message)
})

test('too many documents, references and bytes are refused', async () => {
  const many = Array.from({ length: 101 }, (_, at) => `{ref: "file://${at}.yaml"}`)
  const often = Array.from({ length: 1001 }, () => '{ref: "file://a.yaml"}')
  const big = { 'file://a.yaml': `# ${'x'.repeat(1 << 20)}` }
  const spec = (refs: readonly string[]) => `  policies: {materials: [${refs.join()}]}`

  expect(await problems(close(spec(many), {}))).toEqual([
    'the contract refers to more than 100 documents',
  ])
  expect(await problems(close(spec(often), {}))).toEqual([
    'the contract has more than 1000 references',
  ])
  expect(await problems(close(spec(['{ref: "file://a.yaml"}']), big))).toEqual([
    'file://a.yaml: has more than 1048576 bytes',
  ])
})

test('inputs that are missing and skipped policies that are not there are found', async () => {
  const spec = `  policies:
    materials: [{ref: "file://p.yaml"}, {ref: "file://p.yaml", with: {days: "3"}}]
  policyGroups: [{ref: "file://groups/release.yaml", skip: [fresh, inline, absent], with: {sbom: "Not a name"}}]`
  const given = {
    ...files,
    'file://p.yaml': policy('p', undefined, '[{name: days, required: true}]'),
  }

  expect(checkAttachments(contract(spec).spec, await close(spec, given))).toEqual([
    'p needs the input days: give it in "with"',
    'group release has no policy absent to skip',
    'group release names a material "Not a name"',
  ])
})
