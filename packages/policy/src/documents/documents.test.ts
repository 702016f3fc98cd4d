import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { InvalidPolicy } from './invalid-policy.ts'
import { MAX_POLICY_BYTES, parsePolicy, parsePolicyGroup } from './parse-policy.ts'

const folder = process.env['CHAINLOOP_TESTDATA']
const maybe = folder === undefined ? test.skip : test

const document = (spec: string, more = ''): string =>
  `apiVersion: chainloop.dev/v1\nkind: Policy\nmetadata:\n  name: fresh\n${more}spec:\n${spec}`

function problemsOf(text: string | Uint8Array): string[] {
  try {
    parsePolicy(text)
    return []
  } catch (cause) {
    if (!(cause instanceof InvalidPolicy)) throw cause
    return cause.problems.map(({ path, message }) => `${path}: ${message}`)
  }
}

test('a policy is read with its scripts, kinds, phases, inputs and languages', () => {
  const policy = parsePolicy(
    document(
      `  policies:
    - kind: SARIF
      embedded: package main
    - ref: rules/fresh.cel
      kind: ATTESTATION
      attestation_phases: [PUSH]
    - ref: schema.json
      language: json-schema
  inputs:
    - name: days
      default: "30"`,
      '  finding_type: SAST\n',
    ),
  )

  expect(policy).toMatchObject({
    metadata: { name: 'fresh', findingType: 'SAST' },
    scripts: [
      { kind: 'SARIF', source: { embedded: 'package main' }, phases: [] },
      { kind: 'ATTESTATION', source: { ref: 'rules/fresh.cel' }, phases: ['PUSH'] },
      { language: 'json-schema', source: { ref: 'schema.json' } },
    ],
    inputs: [{ name: 'days', default: '30', required: false }],
  })
})

test('the document of one script is read, too', () => {
  const [script] = parsePolicy(document('  type: SARIF\n  path: fresh.rego')).scripts

  expect(script).toEqual({ kind: 'SARIF', phases: [], source: { ref: 'fresh.rego' } })
})

test.each<[string, string, RegExp]>([
  ['nothing to run', '  inputs: []', /needs at least one script/],
  ['two sources', '  policies:\n    - embedded: a\n      ref: b', /exactly one/],
  ['an unknown kind', '  policies:\n    - kind: SARIFF\n      ref: b', /did you mean SARIF/],
  ['a kind without a shape', '  policies:\n    - kind: ARTIFACT\n      ref: b', /EVIDENCE/],
  ['an old type without a shape', '  type: STRING\n  embedded: a', /STRING/],
  [
    'an input that is required and preset',
    '  embedded: a\n  inputs:\n    - name: x\n      required: true\n      default: y',
    /can be one of them/,
  ],
  ['a bad input name', '  embedded: a\n  inputs:\n    - name: 1x', /a letter, then/],
  ['an input twice', '  embedded: a\n  inputs:\n    - name: x\n    - name: x', /twice/],
  ['an unknown key', '  embedded: a\n  polices: []', /did you mean "policies"/],
  ['another phase', '  policies:\n    - ref: b\n      attestationPhases: [ADD]', /phase/],
])('%s is refused', (_what, spec, problem) => {
  expect(problemsOf(document(spec)).join('\n')).toMatch(problem)
})

test.each([
  document('  embedded: a').replace('name: fresh', 'name: Fresh!'),
  document('  embedded: a').replace('kind: Policy', 'kind: PolicyGroup'),
  document('  embedded: a').replace('chainloop.dev/v1', 'chainloop.dev/v9'),
  '[]',
  '"policy"',
  '',
  'a: &a [*a]',
])('what is no policy is refused: %j', (text) => {
  expect(problemsOf(text).length).toBeGreaterThan(0)
})

test('a document that is too large or no text is refused', () => {
  expect(problemsOf(Buffer.alloc(MAX_POLICY_BYTES + 1, 32)).join()).toMatch(/larger than/)
  expect(problemsOf(Uint8Array.of(0xff, 0xfe, 0x00)).join()).toMatch(/UTF-8/)
})

test('no text does anything but parse or be refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.boolean(), (text, inside) => {
      problemsOf(inside ? document(`  embedded: ${text}`) : text)
    }),
  )
})

test('a group is read, and a named material of it needs a type', () => {
  const text = (type: string): string => `
apiVersion: chainloop.dev/v1
kind: PolicyGroup
metadata:
  name: quality
spec:
  inputs:
    - name: bom
  policies:
    materials:
      - name: "{{ inputs.bom }}"
${type}
        policies:
          - ref: file://fresh.yaml
    attestation:
      - ref: signed
`
  const group = parsePolicyGroup(text('        type: SBOM_CYCLONEDX_JSON'))

  expect(group.materials).toMatchObject([
    { type: 'SBOM_CYCLONEDX_JSON', policies: [{ ref: 'file://fresh.yaml' }] },
  ])
  expect(group.attestation).toHaveLength(1)
  expect(() => parsePolicyGroup(text(''))).toThrow(/needs a type/)
})

maybe('every policy that somebody else wrote is read', () => {
  const root = join(folder ?? '', 'policies')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yaml'),
  )
  const read = files.map((name) => parsePolicy(readFileSync(join(root, name))))

  expect(read.length).toBeGreaterThan(10)
})
