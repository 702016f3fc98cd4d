import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { InvalidContract, describeProblem } from './contract-problem.ts'
import { defaultContract } from './default-contract.ts'
import { parseContract } from './parse-contract.ts'
import type { ParsedContract } from './parse-contract.ts'

const testdata = process.env['CHAINLOOP_TESTDATA']
const maybe = testdata ? test : test.skip
const parse = (text: string): ParsedContract => parseContract(new TextEncoder().encode(text))

function problemsOf(text: string): string[] {
  try {
    parse(text)
  } catch (cause) {
    if (cause instanceof InvalidContract) return cause.problems.map(describeProblem)
    throw cause
  }
  return []
}

const head = 'apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata:\n  name: web\n'

const full = `${head}  description: all of it
  annotations: {tier: gold}
  organization: acme
spec:
  materials:
    - type: SBOM_CYCLONEDX_JSON
      name: sbom
      optional: true
      output: true
      skip_upload: true
      group: sboms
      annotations:
        - name: component
          value: web
        - name: asset
  env_allow_list: [CUSTOM_VAR]
  runner: {type: 1}
  annotations: [{name: version}]
  policies:
    materials:
      - ref: file://policies/fresh.yaml@sha256:${'ab'.repeat(32)}
        selector: {name: sbom, match_mode: EXACT}
        with: {days: "30"}
        requirements: [acme/soc2/cc1@1]
        gate: true
    attestation:
      - embedded: {apiVersion: x, spec: {n: 1}}
        disabled: true
  policy_groups:
    - {ref: provider:acme/group, with: {a: b}, skip: [c], gate: false}
`

test('every field of a contract is read, in snake case too, and enums by number', () => {
  const { contract, format, warnings } = parse(full)

  expect({ format, warnings }).toEqual({ format: 'yaml', warnings: [] })
  expect(contract).toEqual({
    shape: 'v2',
    apiVersion: 'chainloop.dev/v1',
    kind: 'Contract',
    metadata: {
      name: 'web',
      description: 'all of it',
      annotations: { tier: 'gold' },
      organization: 'acme',
    },
    spec: {
      materials: [
        {
          type: 'SBOM_CYCLONEDX_JSON',
          name: 'sbom',
          optional: true,
          output: true,
          skipUpload: true,
          group: 'sboms',
          annotations: [
            { name: 'component', value: 'web' },
            { name: 'asset', value: '' },
          ],
        },
      ],
      envAllowList: ['CUSTOM_VAR'],
      runner: { type: 'GITHUB_ACTION' },
      annotations: [{ name: 'version', value: '' }],
      policies: {
        materials: [
          {
            ref: `file://policies/fresh.yaml@sha256:${'ab'.repeat(32)}`,
            selector: { name: 'sbom', matchMode: 'EXACT' },
            disabled: false,
            with: { days: '30' },
            requirements: ['acme/soc2/cc1@1'],
            gate: true,
          },
        ],
        attestation: [
          {
            embedded: { apiVersion: 'x', spec: { n: 1 } },
            disabled: true,
            with: {},
            requirements: [],
          },
        ],
      },
      policyGroups: [{ ref: 'provider:acme/group', with: { a: 'b' }, skip: ['c'], gate: false }],
    },
  })
})

test('a contract of the first shape is read into the same', () => {
  const { contract } = parse(
    '{"schemaVersion": "v1", "materials": [{"type": "SARIF", "name": "scan"}]}',
  )

  expect(contract.shape).toBe('v1')
  expect(contract.metadata.name).toBe('')
  expect(contract.spec.materials.map(({ name }) => name)).toEqual(['scan'])
})

test('JSON is recognised as JSON, also with tabs', () => {
  const json = JSON.stringify(
    { apiVersion: 'chainloop.dev/v1', kind: 'Contract', metadata: { name: 'web' }, spec: null },
    undefined,
    '\t',
  )

  expect(parse(json).format).toBe('json')
  expect(parse(json).contract.spec.materials).toEqual([])
})

test('the contract that is generated where none was given asks for nothing', () => {
  const { contract, warnings } = parseContract(defaultContract('web-build'))

  expect(contract.metadata.name).toBe('web-build')
  expect(contract.spec.materials).toEqual([])
  expect(warnings).toEqual([])
})

test('all problems are reported at once, each with its place', () => {
  const text = `${head}spec:
  materials:
    - type: SBOM_CYCLONDX_JSON
      name: sbom
    - type: SARIF
      name: Scan_1
    - name: sbom
      type: ARTIFACT
      optional: sometimes
    - type: 0
  runner: {type: GITHUB}
  annotations: [{name: a-b, value: 1}]
  policies: {attestation: [{}, {ref: "ftp://x"}, {ref: x, embedded: {}}]}
`

  expect(problemsOf(text)).toEqual([
    'line 7, column 13, spec.materials[0].type: "SBOM_CYCLONDX_JSON" is not a known kind of material, did you mean SBOM_CYCLONEDX_JSON?',
    'line 10, column 13, spec.materials[1].name: "Scan_1" is not valid: only lower-case letters, digits and hyphens, starting and ending with a letter or digit',
    'line 11, column 7, spec.materials[2].name: a second material named sbom',
    'line 13, column 17, spec.materials[2].optional: must be true or false, not "sometimes"',
    'line 14, column 7, spec.materials[3].name: is required',
    'line 14, column 13, spec.materials[3].type: 0 is not a known kind of material',
    'line 15, column 18, spec.runner.type: "GITHUB" is not a known type of runner',
    'line 16, column 24, spec.annotations[0].name: "a-b" is not valid: only letters, digits and underscores',
    'line 16, column 36, spec.annotations[0].value: must be a text, not 1, write it in quotes',
    'line 17, column 28, spec.policies.attestation[0]: needs exactly one of "ref" and "embedded"',
    'line 17, column 38, spec.policies.attestation[1].ref: "ftp://x" is not valid: expected file:// or http(s):// with a file extension, or [provider:][organization/]name[@version], and optionally @sha256:<64 hex digits>',
    'line 17, column 50, spec.policies.attestation[2]: needs exactly one of "ref" and "embedded"',
  ])
})

test('keys that nobody reads are accepted and reported, with what was probably meant', () => {
  const { warnings } = parse(`${head}spec:\n  material: []\n  envAllowlist: []\n  zzz: 1\n`)

  expect(warnings.map(describeProblem)).toEqual([
    'line 6, column 3, spec.material: unknown key "material", did you mean "materials"?',
    'line 7, column 3, spec.envAllowlist: unknown key "envAllowlist", did you mean "envAllowList"?',
    'line 8, column 3, spec.zzz: unknown key "zzz"',
  ])
})

test.each([
  ['', 'the contract is empty'],
  ['# nothing', 'the contract is empty'],
  ['hello', 'must be an object, not "hello"'],
  ['[]', 'must be an object, not a list'],
  ['a: [', 'line 1, column 5'],
  ['a: 1\na: 2', 'Map keys must be unique'],
  ['{"a": 1, "a": 2}', 'Map keys must be unique'],
  ['__proto__: {a: 1}', 'the key "__proto__" is refused'],
  ['a: &a {b: 1}\nc:\n  <<: *a', 'the key "<<" is refused'],
  ['a: *b', 'a: the alias *b stands for nothing'],
  ['a: &a [*a]', 'nested deeper than 64 levels'],
  ['---\na: 1\n---\nb: 1', 'Source contains multiple documents'],
  ['a: "x\\0"', 'contains a NUL character'],
  ['a: !!binary AAAA', 'is of a type that contracts do not have'],
  ['package chainloop\n\nschemaVersion: "v1"\n', 'contracts in CUE are not supported'],
  ['#Contract: {\n  a: string\n}', 'contracts in CUE are not supported'],
  [`${head}api_version: chainloop.dev/v1`, 'api_version: is given twice'],
  ['schemaVersion: v2', 'schemaVersion: must be "v1", not "v2"'],
  ['kind: Contract', 'apiVersion: is required: apiVersion: chainloop.dev/v1'],
])('%j is refused: %s', (text, message) => {
  expect(problemsOf(text).join('\n')).toContain(message)
})

test('bytes that are not text are refused with their place', () => {
  const bytes = Buffer.concat([Buffer.from('a: b\nc: '), Buffer.of(0xc3, 0x28)])

  expect(() => parseContract(bytes)).toThrow('line 2, column 4: is not UTF-8')
})

test('a contract of more than a mebibyte is refused unread', () => {
  expect(() => parse(`# ${'x'.repeat(1024 * 1024)}`)).toThrow('larger than 1048576 bytes')
})

test.each([
  ['aliases', ['a: &a [1,1,1,1,1,1,1,1,1]', ...aliases('abcdefgh')].join('\n')],
  ['repeated aliases', `a: &a 1\nb: [${'*a,'.repeat(51_000)}]`],
  ['brackets', `a: ${'['.repeat(200_000)}`],
  ['matched brackets', `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['dashes', `${'- '.repeat(200_000)}x`],
  ['maps', '{a: '.repeat(100_000)],
])('a bomb of %s is refused in a short time', (_, text) => {
  const started = performance.now()

  expect(problemsOf(text)).not.toEqual([])
  expect(performance.now() - started).toBeLessThan(30_000)
})

function aliases(names: string): string[] {
  return names
    .slice(1)
    .split('')
    .map((name, index) => {
      const previous = `*${names[index] ?? ''}`
      return `${name}: &${name} [${Array.from({ length: 9 }, () => previous).join(', ')}]`
    })
}

test('whatever the bytes, the answer is a contract or a list of problems', () => {
  const words = fc.constantFrom(
    'apiVersion',
    'spec',
    'materials',
    ': ',
    '\n',
    '  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    '*a',
    '&a',
    'null',
    '1',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (candidate) => {
      expect(Array.isArray(problemsOf(candidate))).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('a contract says the same in JSON and in YAML', () => {
  const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/)
  const material = fc.record({
    type: fc.constantFrom('SARIF', 'ARTIFACT', 'STRING'),
    name,
    optional: fc.boolean(),
    annotations: fc.uniqueArray(
      fc.record({ name: fc.stringMatching(/^\w{1,8}$/), value: fc.string({ unit: 'grapheme' }) }),
      { selector: (one) => one.name },
    ),
  })
  const materials = fc.uniqueArray(material, { selector: (one) => one.name })
  fc.assert(
    fc.property(name, materials, (contractName, list) => {
      fc.pre(!JSON.stringify(list).includes('\\u0000'))
      const document = {
        apiVersion: 'chainloop.dev/v1',
        kind: 'Contract',
        metadata: { name: contractName },
        spec: { materials: list },
      }
      const { contract } = parse(JSON.stringify(document, undefined, 2))
      expect(parse(`# comment\n${JSON.stringify(document)}`).contract).toEqual(contract)
      expect(contract.spec.materials).toMatchObject(list)
    }),
  )
})

maybe('every example contract parses without a warning', () => {
  const folder = join(testdata ?? '', 'contracts')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ya?ml|json)$/.test(name),
  )

  expect(files.length).toBeGreaterThan(10)
  for (const file of files) {
    const { warnings } = parseContract(readFileSync(join(folder, file)))
    expect([file, warnings]).toEqual([file, []])
  }
})
