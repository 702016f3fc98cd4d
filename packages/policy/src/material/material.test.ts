import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { toJson } from '@chainloop/rego/values/json'
import { expect, test } from '@jest/globals'

import { evidenceOf } from '../testing/evaluating.ts'
import { readMaterial } from './read-material.ts'

const limits = { maxDocumentBytes: 1024 }

async function read(kind: MaterialKind, content: string): Promise<unknown> {
  return toJson(await readMaterial(kind, evidenceOf(content), limits))
}

test('JUnit becomes suites with their tests and totals', async () => {
  const xml = `<testsuites><testsuite name="s" package="p">
    <properties><property name="os" value="linux"/></properties>
    <testcase name="a" classname="c" time="1.5"/>
    <testcase name="b" classname="c" time="1,000"><failure message="no" type="T">why &amp; how</failure></testcase>
    <testcase name="c"><skipped/></testcase>
    <testcase name="d"><error message="e"/></testcase>
    <system-out>hello</system-out>
    <testsuite name="inner"><testcase name="x"/></testsuite>
  </testsuite></testsuites>`

  expect(await read('JUNIT_XML', xml)).toMatchObject([
    {
      name: 's',
      package: 'p',
      properties: { os: 'linux' },
      stdout: 'hello',
      tests: [
        { name: 'a', duration: 1_500_000_000, status: 'passed', error: null },
        { status: 'failed', error: { message: 'no', type: 'T', body: 'why & how' } },
        { status: 'skipped' },
        { status: 'error', error: { message: 'e', type: '', body: '' } },
      ],
      totals: { tests: 4, passed: 1, skipped: 1, failed: 1, error: 1 },
    },
    { name: 'inner', totals: { tests: 1 } },
  ])
})

test('JaCoCo shows the counters of the whole report only', async () => {
  const xml = `<report name="r"><package name="p"><counter type="LINE" missed="9" covered="9"/></package>
    <counter type="LINE" missed="1" covered="2"/></report>`

  expect(await read('JACOCO_XML', xml)).toEqual({
    counters: [{ type: 'LINE', missed: 1, covered: 2 }],
  })
})

test('Cobertura keeps the names of its attributes; a rate of nothing is null', async () => {
  const xml = `<coverage line-rate="0.5" branch-rate="NaN"><packages><package name="p" line-rate="1">
    <classes><class name="c" filename="c.py"><methods/><lines><line number="3" hits="2" branch="false"/></lines></class></classes>
    </package></packages></coverage>`

  expect(await read('COBERTURA_XML', xml)).toMatchObject({
    'line-rate': 0.5,
    'branch-rate': null,
    packages: [
      {
        name: 'p',
        classes: [{ filename: 'c.py', lines: [{ number: 3, hits: 2, branch: false }] }],
      },
    ],
  })
})

test.each([',', '\t'])('sigcheck becomes rows, divided by %j', async (separator) => {
  const lines = [
    ['Path', 'Verified'],
    ['"c:\\a, b.exe"', 'Signed'],
  ]
  const text = `\ufeff${lines.map((cells) => cells.join(separator)).join('\r\n')}\r\n`

  expect(await read('SYSINTERNALS_SIGCHECK', text)).toEqual([
    { Path: 'c:\\a, b.exe', Verified: 'Signed' },
  ])
})

test('a statement is seen without its envelope', async () => {
  const statement = { predicateType: 'x', predicate: { a: 1 } }
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  const envelope = { payload, payloadType: 'application/vnd.in-toto+json', signatures: [] }

  expect(await read('SLSA_PROVENANCE', JSON.stringify(envelope))).toEqual(statement)
  expect(await read('ATTESTATION', JSON.stringify({ dsseEnvelope: envelope }))).toEqual(statement)
})

test('lines and an empty report are lists, YAML is a document', async () => {
  expect(await read('TRUFFLEHOG_JSON', '{"a":1}\n{"a":2}\n')).toEqual([{ a: 1 }, { a: 2 }])
  expect(await read('TRUFFLEHOG_JSON', '')).toEqual([])
  expect(await read('OPENAPI_SPEC', 'openapi: 3.1.0\ninfo: { title: a }\n')).toEqual({
    openapi: '3.1.0',
    info: { title: 'a' },
  })
})

test.each<[MaterialKind, string, RegExp]>([
  ['EVIDENCE', 'plain text', /EVIDENCE/],
  ['EVIDENCE', `{"a":"${'x'.repeat(2000)}"}`, /larger than 1024 bytes/],
  ['JUNIT_XML', '<!DOCTYPE x [<!ENTITY a "b">]><testsuite name="&a;"/>', /entity/],
])('%s that cannot be shown is refused with the reason (%#)', async (kind, content, reason) => {
  await expect(read(kind, content)).rejects.toThrow(reason)
})

test('a document that nests without end is refused', async () => {
  const content = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const reading = readMaterial('EVIDENCE', evidenceOf(content), { maxDocumentBytes: 2 ** 20 })

  await expect(reading).rejects.toMatchObject({ name: 'UnreadableMaterial' })
})
