import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { inspectMaterial } from './craft.ts'
import type { Inspection } from './crafter.ts'
import { bytesEvidence, fileEvidence, heapInUse, jsonEvidence } from './evidence.test.fixture.ts'

const testdata = process.env['CHAINLOOP_TESTDATA']
const maybe = testdata ? test : test.skip
const junit = async (content: string | Uint8Array): Promise<Inspection> =>
  inspectMaterial('JUNIT_XML', bytesEvidence(content))
const run = (driver: object, results: unknown = []): object => ({ tool: { driver }, results })
const sarif = async (fields: object): Promise<Inspection> =>
  inspectMaterial(
    'SARIF',
    jsonEvidence({
      version: '2.1.0',
      $schema: 'https://x',
      runs: [run({ name: 'eslint', version: '9' })],
      ...fields,
    }),
  )

test.each([
  '<testsuites><testsuite name="a"><testcase name="b"/></testsuite></testsuites>',
  '<?xml version="1.0" encoding="UTF-8"?>\n<!-- x --><testsuite name="a"><system-out><![CDATA[ <x> ]]></system-out></testsuite>',
  '\ufeff<testsuite/>',
  Buffer.from('\ufeff<testsuite name="é"/>', 'utf16le'),
  Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><testsuite name="\u00e9"/>', 'latin1'),
  '<!DOCTYPE testsuite SYSTEM "junit.dtd"><testsuite/>',
])('a JUnit report is accepted (%#)', async (content) => {
  expect((await junit(content)).annotations['chainloop.material.size']).toBe(
    String(Buffer.byteLength(content)),
  )
})

test.each<[string | Uint8Array, string]>([
  ['<testsuites/>', 'has no test suite'],
  ['<coverage><testsuite/></coverage>', 'its root is <coverage>'],
  ['<testsuite>', 'Unclosed root tag'],
  ['<testsuite></testsuites>', 'line 1, column 24: Unexpected close tag'],
  ['<testsuite>&undefined;</testsuite>', 'Invalid character entity'],
  ['{"a": 1}', 'it does not start with "<"'],
  ['<testsuite/><testsuite/>', 'a second root element'],
  [
    Buffer.concat([Buffer.from('<testsuite name="'), Buffer.of(0xff), Buffer.from('"/>')]),
    'not in the encoding that it states',
  ],
  ['<?xml version="1.0" encoding="klingon"?><testsuite/>', 'not in the encoding that it states'],
  [`<testsuite name="${'x'.repeat(3_000_000)}"/>`, 'Max buffer length exceeded'],
])('what is no JUnit report is refused (%#)', async (content, message) => {
  await expect(junit(content)).rejects.toThrow(message)
})

test('a report of any length streams', async () => {
  const output = Buffer.from(`${'x'.repeat(1023)}\n`.repeat(1024))
  const inUse: number[] = []
  const evidence = {
    name: 'big.xml',
    size: 8 * output.length,
    async *open() {
      yield Buffer.from('<testsuite><system-out>')
      for (let index = 0; index < 8; index += 1) {
        if (index === 1 || index === 7) inUse.push(heapInUse())
        yield output
      }
      yield Buffer.from('</system-out></testsuite>')
    },
  }

  await inspectMaterial('JUNIT_XML', evidence)

  const [before = 0, after = Infinity] = inUse
  expect(after - before).toBeLessThan(2 * 1024 * 1024)
})

test('a SARIF report says which tool made it', async () => {
  expect((await sarif({})).annotations).toMatchObject({
    'chainloop.material.tool.name': 'eslint',
    'chainloop.material.tool.version': '9',
  })
  expect((await sarif({ runs: [] })).annotations).not.toHaveProperty('chainloop.material.tool.name')
})

test('the results of a SARIF report stream', async () => {
  const result = Buffer.from(
    `${JSON.stringify({ message: { text: 'x'.repeat(1000) } })},`.repeat(1000),
  )
  const inUse: number[] = []
  const evidence = {
    name: 'big.sarif',
    size: 8 * result.length,
    async *open() {
      yield Buffer.from('{"version":"2.1.0","$schema":"x","runs":[{"results":[')
      for (let index = 0; index < 8; index += 1) {
        if (index === 1 || index === 7) inUse.push(heapInUse())
        yield result
      }
      yield Buffer.from('{"message":{}}],"tool":{"driver":{"name":"a"}}}]}')
    },
  }

  await inspectMaterial('SARIF', evidence, { maxDocumentBytes: 200 })

  const [before = 0, after = Infinity] = inUse
  expect(after - before).toBeLessThan(2 * 1024 * 1024)
})

test.each([
  ['"results":[{"message":{}},\n {"message":}]', 'line 4, column 13: expected a value'],
  ['"results":[{"message":{}},\n\n]', 'line 5, column 1: expected a value, found the end'],
  ['"results":[{"message":{}},,{"message":{}}]', 'line 3, column 27: expected a value'],
  ['"results":[\n\n{"message":{}}\n], "x":}', 'line 6, column 8: expected a value'],
  ['"results":[{"message":{}}], "results":[]', 'line 3, column 29: duplicate key "results"'],
  ['"results":[{"message":{}},{}]', 'runs[0].results[1].message is missing'],
  ['"resul\\u0074s":[{}]', 'runs[0].results[0].message is missing'],
  ['"results":{}', 'runs[0].results is not a list'],
])('what is wrong with the results of a SARIF report has its place (%#)', async (text, message) => {
  const tool = '"tool":{"driver":{"name":"a"}}'
  const content = `{"version":"2.1.0","$schema":"x",\n"runs":[{${tool},\n${text}}]}`

  await expect(inspectMaterial('SARIF', bytesEvidence(content))).rejects.toThrow(message)
})

test('a SARIF report that ends within its results is refused', async () => {
  const text = '{"version":"2.1.0","$schema":"x","runs":[{"results":[{"message":{}}'

  await expect(inspectMaterial('SARIF', bytesEvidence(text))).rejects.toThrow(
    'line 1, column 68: expected a value, found the end of the document',
  )
})

test('a SARIF report of Checkmarx says which scans it is of', async () => {
  const results = ['XSS (sast)', 'x (kics)', 'y (unknown)', 'z'].map((ruleId) => ({
    ruleId,
    message: { text: '' },
  }))
  const runs = [
    run({ name: 'Checkmarx One' }, results),
    run({ name: 'other' }, [{ ruleId: 'a (sca)', message: {} }]),
  ]

  expect((await sarif({ runs })).annotations['chainloop.material.scan.types']).toBe('iac,sast')
})

test.each([
  [{ version: '2.0.0' }, 'version is "2.0.0", not "2.1.0"'],
  [{ $schema: '' }, '$schema is empty'],
  [{ $schema: undefined }, '$schema is not a string but missing'],
  [{ runs: undefined }, 'runs is missing'],
  [{ runs: {} }, 'runs is not a list'],
  [{ runs: [{}] }, 'runs[0].tool is not an object but missing'],
  [{ runs: [run({})] }, 'runs[0].tool.driver.name is not a string but missing'],
  [{ runs: [run({ name: 'x' }, {})] }, 'runs[0].results is not a list'],
  [{ runs: [run({ name: 'x' }, [{}])] }, 'runs[0].results[0].message is missing'],
])('a SARIF report with %j is refused: %s', async (fields, message) => {
  await expect(sarif(fields)).rejects.toThrow(message)
})

test('a line break within a string of a SARIF report is tolerated and reported', async () => {
  const text = '{"version":"2.1.0","$schema":"x","runs":[{"tool":{"driver":{"name":"a\n\tb"}}}]}'

  expect((await inspectMaterial('SARIF', bytesEvidence(text))).defects).toEqual([
    expect.stringContaining('line break or tab within a string: line 1, column'),
  ])
})

test.each([
  [
    { 'chainloop.material.evidence.id': 'X', schema: 's', data: {} },
    { 'chainloop.material.evidence.id': 'X', 'chainloop.material.evidence.schema': 's' },
  ],
  [{ id: 'Y', data: [] }, { 'chainloop.material.evidence.id': 'Y' }],
  [{ id: 'Y' }, {}],
  [{ data: {} }, {}],
  [['x'], {}],
])('evidence that is %j says %j of itself', async (document, annotations) => {
  const inspection = await inspectMaterial('EVIDENCE', jsonEvidence(document))
  const { 'chainloop.material.size': _, ...own } = inspection.annotations

  expect(own).toEqual(annotations)
})

test('evidence need not be JSON', async () => {
  expect((await inspectMaterial('EVIDENCE', bytesEvidence('{ half'))).annotations).toEqual({
    'chainloop.material.size': '6',
  })
})

maybe('every example SARIF report is accepted', async () => {
  const folder = join(testdata ?? '', 'materials')
  const names = readdirSync(folder).filter((name) => name.endsWith('.sarif'))

  expect(names.length).toBeGreaterThan(2)
  for (const name of names) {
    const { annotations } = await inspectMaterial('SARIF', fileEvidence(join(folder, name)))
    expect([name, annotations['chainloop.material.tool.name']]).toEqual([name, expect.any(String)])
  }
})
