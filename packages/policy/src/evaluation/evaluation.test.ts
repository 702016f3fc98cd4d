import { expect, test } from '@jest/globals'

import { attach, judgeMaterial, settings } from '../testing/evaluating.ts'

const policy = (name: string, scripts: string, inputs = ''): string => `
apiVersion: chainloop.dev/v1
kind: Policy
metadata: { name: ${name}, description: what it says }
spec:
  policies:
${scripts}
${inputs}
`
const rego = (kind: string, body: string): string =>
  `    - kind: ${kind}
      embedded: |
        package main
        import rego.v1
${body.replaceAll(/^/gm, '        ')}
`
const messages = (found: Awaited<ReturnType<typeof judgeMaterial>>): string[][] =>
  found.map(({ violations }) => violations.map(({ message }) => message))

const evidence = { kind: 'EVIDENCE', content: '{"a": 12345678901234567890, "b": 1.10}' } as const
const ref = 'file://p.yaml'
const materials = [attach({ ref })]

test('what a script leaves out has its default, and errors keep the lines of the script', async () => {
  const files = { [ref]: policy('p', rego('EVIDENCE', 'violations contains "no" if input.a > 0')) }
  const [found] = await judgeMaterial({ materials }, evidence, { files })

  expect(found).toMatchObject({
    name: 'p',
    description: 'what it says',
    type: 'EVIDENCE',
    materialName: 'material',
    violations: [{ subject: 'p', message: 'no', suppressed: false }],
    skipped: false,
    gate: false,
    policyReference: { name: 'p', uri: ref },
  })
  const broken = { [ref]: policy('p', rego('EVIDENCE', 'violations contains x if true')) }
  await expect(judgeMaterial({ materials }, evidence, { files: broken })).rejects.toThrow(/p:3:/)
})

test('numbers keep the digits that they were written with', async () => {
  const body = 'violations contains sprintf("%v", [input.a])'
  const files = { [ref]: policy('p', rego('EVIDENCE', body)) }

  expect(messages(await judgeMaterial({ materials }, evidence, { files }))).toEqual([
    ['12345678901234567890'],
  ])
})

test('a list is seen as elements, lines of JSON too', async () => {
  const body = 'violations contains sprintf("%d", [count(input.elements)])'
  const files = { [ref]: policy('p', rego('EVIDENCE', body)) }
  const of = async (content: string): Promise<string[][]> =>
    messages(await judgeMaterial({ materials }, { kind: 'EVIDENCE', content }, { files }))

  expect(await of('[1, 2]')).toEqual([['2']])
  expect(await of('{"a": 1}\n{"a": 2}\n{"a": 3}\n')).toEqual([['3']])
})

test('the document cannot pass for its own metadata or arguments', async () => {
  const body = 'violations contains input.args.x\nviolations contains input.chainloop_metadata.name'
  const files = { [ref]: policy('p', rego('EVIDENCE', body)) }
  const content = '{"args": {"x": "forged"}, "chainloop_metadata": {"name": "forged"}}'
  const found = await judgeMaterial(
    { materials: [attach({ ref, with: { x: 'given' } })] },
    { kind: 'EVIDENCE', name: 'real', content },
    { files },
  )

  expect(messages(found)).toEqual([['given', 'real']])
})

test('scripts of several kinds make one verdict; ignored ones do not count', async () => {
  const files = {
    [ref]: policy(
      'p',
      rego('EVIDENCE', 'violations contains "one"') +
        rego('SARIF', 'violations contains "other kind"') +
        rego('EVIDENCE', 'ignore := true\nviolations contains "ignored"') +
        rego('EVIDENCE', 'valid_input := false'),
    ),
  }
  const [found] = await judgeMaterial({ materials }, evidence, { files })

  expect(found?.violations.map(({ message }) => message)).toEqual(['one'])
  expect(found).toMatchObject({ skipped: false, skipReasons: [] })
  const all = { [ref]: policy('p', rego('EVIDENCE', 'ignore := true')) }
  expect(await judgeMaterial({ materials }, evidence, { files: all })).toEqual([])
})

test('a skipped verdict keeps its reasons', async () => {
  const files = { [ref]: policy('p', rego('EVIDENCE', 'valid_input := false')) }

  expect(await judgeMaterial({ materials }, evidence, { files })).toMatchObject([
    { skipped: true, skipReasons: ['the file content is not recognized'] },
  ])
})

test('a function of ours that this version lacks skips; one that nobody has fails', async () => {
  const calling = (name: string): Record<string, string> => ({
    [ref]: policy('p', rego('EVIDENCE', `violations contains "x" if ${name}(1)`)),
  })

  expect(
    await judgeMaterial({ materials }, evidence, { files: calling('chainloop.future') }),
  ).toMatchObject([{ skipped: true, skipReasons: [expect.stringContaining('chainloop.future')] }])
  await expect(
    judgeMaterial({ materials }, evidence, { files: calling('other.future') }),
  ).rejects.toMatchObject({ name: 'InvalidScript' })
})

test.each(['opa.runtime()', 'rego.parse_module("a", "package a")', 'trace("a")'])(
  'scripts have no %s',
  async (call) => {
    const files = { [ref]: policy('p', rego('EVIDENCE', `violations contains "x" if ${call}`)) }

    await expect(judgeMaterial({ materials }, evidence, { files })).rejects.toThrow(/undefined/)
  },
)

test('a script that never ends is ended by its budget', async () => {
  const body = 'violations contains x if { some x in numbers.range(1, 100000000); x < 0 }'
  const files = { [ref]: policy('p', rego('EVIDENCE', body)) }
  const judged = judgeMaterial({ materials }, evidence, { files, budget: { steps: 100_000 } })

  await expect(judged).rejects.toMatchObject({ name: 'ScriptFailed' })
})

test('findings of a type carry what is known, and are refused without it', async () => {
  const typed = (call: string): Record<string, string> => ({
    [ref]: policy('p', rego('EVIDENCE', `findings contains f if { f := ${call} }`)).replace(
      'name: p,',
      'name: p, finding_type: VULNERABILITY,',
    ),
  })
  const whole = 'chainloop.vulnerability("bad", "CVE-1", "pkg:npm/a", "HIGH")'
  const [found] = await judgeMaterial({ materials }, evidence, { files: typed(whole) })

  expect(found?.violations).toEqual([
    {
      subject: 'p',
      message: 'bad',
      suppressed: false,
      finding: { external_id: 'CVE-1', package_purl: 'pkg:npm/a', severity: 'HIGH' },
    },
  ])
  await expect(
    judgeMaterial({ materials }, evidence, { files: typed('{"message": "bad"}') }),
  ).rejects.toThrow(/no "external_id"/)
})

test('a suppressed violation is kept as such', async () => {
  const body = 'violations contains {"message": "known", "suppress": true}'
  const files = { [ref]: policy('p', rego('EVIDENCE', body)) }
  const [found] = await judgeMaterial({ materials }, evidence, { files })

  expect(found?.violations).toMatchObject([{ message: 'known', suppressed: true }])
})

const group = `
apiVersion: chainloop.dev/v1
kind: PolicyGroup
metadata: { name: g }
spec:
  inputs: [{ name: limit, default: "5" }, { name: bom, default: sbom }]
  policies:
    materials:
      - name: "{{ inputs.bom }}"
        type: EVIDENCE
        matchMode: PREFIX
        policies:
          - ref: ${ref}
            with: { limit: "{{ inputs.limit }}" }
            gate: false
`
const limited = policy(
  'p',
  rego('EVIDENCE', 'violations contains input.args.limit'),
  '  inputs: [{ name: limit, required: true }]',
)

test('a group passes its inputs on, selects by its names, and decides the gate', async () => {
  const files = { [ref]: limited, 'file://g.yaml': group }
  const groups = [{ ref: 'file://g.yaml', with: { limit: '9' }, skip: [], gate: true }]
  const judge = (name: string) =>
    judgeMaterial({ policyGroups: groups }, { ...evidence, name }, { files })

  expect(await judge('sbom-1')).toMatchObject([
    {
      with: { limit: '9' },
      gate: true,
      groupReference: { name: 'g' },
      violations: [{ message: '9' }],
    },
  ])
  expect(await judge('other')).toEqual([])
  const skipping = [{ ref: 'file://g.yaml', with: {}, skip: ['p'] }]
  expect(
    await judgeMaterial({ policyGroups: skipping }, { ...evidence, name: 'sbom' }, { files }),
  ).toEqual([])
})

test('the run has a say in standalone policies only', async () => {
  const files = { [ref]: limited, 'file://g.yaml': group }
  const runtimeInputs = [{ scope: '', input: 'limit', value: '1', mode: 'replace' }] as const
  const found = await judgeMaterial(
    {
      materials: [attach({ ref, with: { limit: '7' } })],
      policyGroups: [{ ref: 'file://g.yaml', with: {}, skip: [] }],
    },
    { ...evidence, name: 'sbom' },
    { files, runtimeInputs },
  )

  expect(found.map((one) => [one.with['limit'], one.runtimeInputOverrides])).toEqual([
    ['5', undefined],
    ['1', ['limit']],
  ])
})

test.each<[boolean | undefined, boolean, boolean]>([
  [undefined, true, true],
  [undefined, false, false],
  [false, true, false],
  [true, false, true],
])('a gate of %s where the organization says %s is %s', async (gate, gateByDefault, expected) => {
  const files = { [ref]: policy('p', rego('EVIDENCE', 'valid_input := true')) }
  const attached = [attach({ ref, ...(gate !== undefined && { gate }) })]
  const [found] = await judgeMaterial({ materials: attached }, evidence, { files, gateByDefault })

  expect(found?.gate).toBe(expected)
})

test.each<[string, object]>([
  ['alone', { materials: [attach({ ref, gate: true, shadow: true })] }],
  ['in a group', { policyGroups: [{ ref: 'file://g.yaml', with: {}, skip: [], shadow: true }] }],
])('in shadow mode a policy %s has a verdict and no gate', async (_, attached) => {
  const shadowed = policy('p', rego('EVIDENCE', 'violations contains "x"'))
  const files = { [ref]: shadowed, 'file://g.yaml': group }
  const named = { ...evidence, name: 'sbom' }
  const found = await judgeMaterial(attached, named, { files, gateByDefault: true })

  expect(found).toMatchObject([{ gate: false, shadow: true, violations: [{ message: 'x' }] }])
})

test('a policy that one attaches in shadow mode and another as a gate is a gate', async () => {
  const files = { [ref]: policy('p', rego('EVIDENCE', 'violations contains "x"')) }
  const both = [attach({ ref, shadow: true }), attach({ ref, gate: true })]
  const found = await judgeMaterial({ materials: both }, evidence, { files })

  expect(found.map(({ gate, shadow }) => [gate, shadow])).toEqual([
    [false, true],
    [true, undefined],
  ])
})

test('what is disabled is not asked, and the same question is asked once', async () => {
  const files = { [ref]: policy('p', rego('EVIDENCE', 'valid_input := true')) }
  const twice = [attach({ ref }), attach({ ref }), attach({ ref, disabled: true })]

  expect(await judgeMaterial({ materials: twice }, evidence, { files })).toHaveLength(1)
})

const anyKind = (script: string): string => policy('p', script)

test('a policy without kinds judges only what a selector names', async () => {
  const files = { [ref]: anyKind('    - embedded: "package p\\n\\nviolations contains \\"x\\""') }
  const selector = { name: 'mat', matchMode: 'PREFIX' } as const

  expect(await judgeMaterial({ materials }, evidence, { files })).toEqual([])
  expect(
    await judgeMaterial({ materials: [attach({ ref, selector })] }, evidence, { files }),
  ).toHaveLength(1)
})

test('time stands still within a run', async () => {
  const body = 'violations contains sprintf("%v", [time.now_ns()])'
  const files = { [ref]: policy('p', rego('EVIDENCE', body)) }

  expect(messages(await judgeMaterial({ materials }, evidence, { files }))).toEqual([
    [`${settings.now.getTime()}000000`],
  ])
})
