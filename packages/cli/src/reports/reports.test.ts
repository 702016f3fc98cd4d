import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { expect, test } from '@jest/globals'

import { evaluationReport } from './evaluation-report.ts'
import { junitXml } from './junit.ts'
import { sarifJson } from './sarif.ts'

const evaluation = (more: Partial<PolicyEvaluation>): PolicyEvaluation => ({
  name: 'fresh',
  materialName: 'sbom',
  type: 'SBOM_CYCLONEDX_JSON',
  description: '',
  annotations: {},
  sources: [],
  with: {},
  requirements: [],
  violations: [],
  skipped: false,
  skipReasons: [],
  gate: false,
  ...more,
})

const violation = (message: string, more = {}) => ({
  subject: 'fresh',
  message,
  suppressed: false,
  ...more,
})

const report = evaluationReport(
  [
    evaluation({
      gate: true,
      violations: [
        violation('too <old>', { finding: { recommendation: 'build "it" again' } }),
        violation('known', { suppressed: true }),
      ],
    }),
    evaluation({
      name: 'other',
      violations: [violation('bad', { finding: { fixed_version: '2' } })],
    }),
    evaluation({ name: 'nothing', skipped: true, skipReasons: ['not recognized'] }),
    evaluation({ name: 'fine', materialName: undefined }),
  ],
  (name) => (name === 'sbom' ? 'out dir/sbom.json' : undefined),
)

test('violations are results of SARIF, gates are errors, and the fix is said', () => {
  const { runs } = JSON.parse(sarifJson(report.results))

  expect(runs[0].tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['fresh', 'other'])
  expect(runs[0].results).toMatchObject([
    { ruleId: 'fresh', level: 'error', message: { text: 'too <old>\nFix: build "it" again' } },
    { ruleId: 'other', level: 'warning', message: { text: 'bad\nFix: use 2' } },
  ])
  expect(runs[0].results[0].locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: 'out%20dir/sbom.json' },
    region: { startLine: 1, startColumn: 1 },
  })
})

test('policies are cases of JUnit, in a suite for each material', () => {
  expect(junitXml(report.cases)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="2" skipped="1" errors="0">
  <testsuite name="sbom" tests="3" failures="2" skipped="1" errors="0">
    <testcase classname="sbom" name="fresh"><failure message="too &lt;old&gt;">too &lt;old&gt;</failure></testcase>
    <testcase classname="sbom" name="other"><failure message="bad">bad</failure></testcase>
    <testcase classname="sbom" name="nothing"><skipped message="not recognized"/></testcase>
  </testsuite>
  <testsuite name="attestation" tests="1" failures="0" skipped="0" errors="0">
    <testcase classname="attestation" name="fine"/>
  </testsuite>
</testsuites>
`)
})

test('what XML cannot say is left out, and nothing breaks out of it', () => {
  const xml = junitXml([
    { suite: 'a"b', name: '<x>&', outcome: 'failed', reasons: ['\u0000\u001b[31mred]]>\ud800\n2'] },
  ])

  expect(xml).toContain('classname="a&quot;b" name="&lt;x&gt;&amp;"')
  expect(xml).toContain('[31mred]]&gt;\ufffd&#10;2')
})
